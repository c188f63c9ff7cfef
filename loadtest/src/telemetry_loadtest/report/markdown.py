"""A report as Markdown: the same words and tables, without the plots."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from telemetry_loadtest.report.comparison_content import ComparisonContent, Said
from telemetry_loadtest.report.content import Content, Fact
from telemetry_loadtest.report.tables import Table

_SPECIAL: Final = re.compile(r"([\\`*_<>|\[\]])")


def build_markdown(content: Content) -> str:
    return "\n\n".join(_parts(content)) + "\n"


def build_comparison_markdown(content: ComparisonContent) -> str:
    return "\n\n".join([*_comparison_parts(content), *_again(content)]) + "\n"


def build_comparison_section(content: ComparisonContent) -> str:
    """Return a comparison as a part of a page that names its command and its manifest: headings two levels down."""
    lines = "\n\n".join(_comparison_parts(content)).splitlines()
    return "\n".join(f"##{line}" if line.startswith("#") else line for line in lines)


def _parts(content: Content) -> Iterator[str]:
    yield f"# {_escaped(content.title)}"
    yield f"**{content.verdict}**: {_escaped(content.reason)}"
    yield _escaped(content.summary)
    yield _facts(content.facts)
    for table in content.tables:
        yield from _section(table)
    yield from _limits(content)
    yield from _again(content)


def _comparison_parts(content: ComparisonContent) -> Iterator[str]:
    yield f"# {_escaped(content.title)}"
    yield f"**{content.verdict}**"
    yield "\n".join(f"- {_escaped(said.text)}{_cited(said)}" for said in content.recommendation)
    for table in content.profiles:
        yield from _section(table)
    yield _escaped(content.summary)
    yield _facts(content.facts)
    for table in content.details:
        yield from _section(table)
    yield from _limits(content)


def _cited(said: Said) -> str:
    return f" ({', '.join(map(_escaped, said.cites))})" if said.cites else ""


def _facts(facts: Iterable[Fact]) -> str:
    return "\n".join(f"- {fact.name}: **{fact.value}** ({_escaped(fact.beside)})" for fact in facts)


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.title}"
    if table.rows:
        yield _table(table)
    if table.note:
        yield _escaped(table.note)


def _limits(content: Content | ComparisonContent) -> Iterator[str]:
    yield "## What this does not show"
    yield "\n".join(f"- {sentence}" for sentence in content.caveats)


def _again(content: Content | ComparisonContent) -> Iterator[str]:
    yield "## Again"
    yield _block(content.command, "sh")
    yield _block(content.manifest.rstrip("\n"), "yaml")


def _table(table: Table) -> str:
    rule = ["---:" if place in table.numbers else "---" for place in range(len(table.columns))]
    rows = [_row(map(_escaped, row)) for row in table.rows]
    return "\n".join([_row(table.columns), _row(rule), *rows])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _block(text: str, language: str) -> str:
    """Return a code block whose fence is longer than any in the text."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
