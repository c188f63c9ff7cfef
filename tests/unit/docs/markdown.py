"""The Markdown files of this repository, and what a check wants from them: headings, links, code."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from tools.reference.markdown import anchor

ROOT: Final = Path(__file__).parents[3]
HIDDEN: Final = {".venv", "build", "node_modules"}

_parser: Final = MarkdownIt("commonmark").enable("table")


def markdown_files() -> list[Path]:
    """Return the repository's own Markdown files; those of installed packages are left out."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(path for path in found if not any(part in HIDDEN or part.startswith(".") for part in path.parts))


FILES: Final = markdown_files()


@cache
def tokens(path: Path) -> list[Token]:
    """Return a file's tokens, those inside of a line after the line."""
    parsed = _parser.parse((ROOT / path).read_text())
    return [token for outer in parsed for token in (outer, *(outer.children or ()))]


def headings(path: Path) -> Iterator[str]:
    opened = False
    for token in tokens(path):
        if opened and token.type == "inline":
            yield "".join(child.content for child in token.children or ())
        opened = token.type == "heading_open"


def anchors(path: Path) -> set[str]:
    return {anchor(heading) for heading in headings(path)}


def links(path: Path) -> Iterator[str]:
    for token in tokens(path):
        if token.type == "link_open":
            yield str(token.attrs["href"])


def code_spans(path: Path) -> Iterator[str]:
    return (token.content for token in tokens(path) if token.type == "code_inline")


def code_blocks(path: Path, language: str | None = None) -> Iterator[str]:
    """Yield indented and fenced blocks; with a language only those fenced as it."""
    for token in tokens(path):
        if token.type in {"fence", "code_block"} and language in {None, token.info}:
            yield token.content


def indented_blocks(path: Path, heading: str) -> Iterator[str]:
    """Yield the indented blocks of a section and of those below it."""
    text = re.search(
        rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", (ROOT / path).read_text(), re.DOTALL | re.MULTILINE
    )
    for token in _parser.parse(text[2] if text else ""):
        if token.type == "code_block":
            yield token.content


def code_lines(path: Path) -> Iterator[str]:
    """Yield all code, line by line; a line that ends in a backslash goes on in the next one."""
    yield from code_spans(path)
    for block in code_blocks(path):
        yield from re.sub(r"\\\n\s*", "", block).splitlines()
