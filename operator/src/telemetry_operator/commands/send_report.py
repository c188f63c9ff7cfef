"""What came of a sending, as tables for a person and as plain values for a program."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_contract.api import Status
from telemetry_contract.identity import Digest
from telemetry_operator.client.books import Books, Refusal
from telemetry_operator.client.closing import Closing
from telemetry_operator.client.ndjson import InvalidLine
from telemetry_operator.client.sending import Outcome

Plain: TypeAlias = dict[str, object]

MAX_LINES_SHOWN = 20  # wrong lines in the table; the JSON has them all


def plain_outcome(outcome: Outcome, invalid: Sequence[InvalidLine]) -> Plain:
    """The whole outcome as JSON values."""
    books = outcome.books
    return {
        "sent": books.offered,
        "seconds": round(outcome.seconds, 3),
        "requests": books.requests,
        "retried": books.retried,
        "acknowledged": {"total": books.acknowledged.total(), "repeats": books.repeats, **_named(books.acknowledged)},
        "refused": dict(books.refused),
        "given_up": dict(books.given_up),
        "examples": [_plain_refusal(one) for examples in books.examples.values() for one in examples],
        "invalid_lines": [{"line": line.number, "faults": msgspec.to_builtins(line.faults)} for line in invalid],
        "books": None if outcome.closing is None else plain_closing(outcome.closing),
    }


def plain_closing(closing: Closing) -> Plain:
    return {
        "closed": closing.closed,
        "acknowledged": _plain_digest(closing.acknowledged),
        "stored": _plain_digest(closing.found.stored),
        "missing": closing.found.missing,
        "twice": closing.found.twice,
        "others": closing.found.others,
        "waited_seconds": round(closing.waited, 3),
    }


def table_of(outcome: Outcome, invalid: Sequence[InvalidLine]) -> RenderableType:
    """The outcome for a person: counts, reasons, wrong lines, and the books side by side."""
    parts: list[RenderableType] = [_counts(outcome, len(invalid))]
    if outcome.books.examples:
        parts.append(_reasons(outcome.books))
    if invalid:
        parts.append(_wrong_lines(invalid))
    parts.extend([] if outcome.closing is None else [closing_table(outcome.closing), verdict(outcome.closing)])
    return Group(*parts)


def closing_table(closing: Closing) -> Table:
    table = Table(title="The books", title_justify="left", caption_justify="left")
    for column, justify in (("", "left"), ("readings", "right"), ("digest", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type] # one of rich's literals
    table.add_row("acknowledged", f"{closing.acknowledged.count:,}", closing.acknowledged.hex)
    table.add_row("of these stored", f"{closing.found.stored.count:,}", closing.found.stored.hex)
    if closing.found.others:
        table.caption = f"{closing.found.others:,} readings of others stand in the same devices and times"
    return table


def verdict(closing: Closing) -> Text:
    """One line: closed, or by how much not."""
    if closing.closed:
        return Text(f"Closed after {closing.waited:.1f} s: all is stored, nothing twice.", style="green")
    found = closing.found
    return Text(
        f"NOT CLOSED after {closing.waited:.1f} s: {found.missing:,} acknowledged readings are not stored, "
        f"{found.twice:,} are stored twice.",
        style="bold red",
    )


def _counts(outcome: Outcome, wrong_lines: int) -> Table:
    table = Table(title="Readings", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for row in _count_rows(outcome, wrong_lines):
        table.add_row(*row)
    return table


def _count_rows(outcome: Outcome, wrong_lines: int) -> Iterator[tuple[str, str, str]]:
    books, rate = outcome.books, outcome.books.offered / max(outcome.seconds, 1e-9)
    yield "sent", f"{books.offered:,}", f"{rate:,.0f}/s over {outcome.seconds:.1f} s, in {books.requests:,} requests"
    how = ", ".join(f"{status} {count:,}" for status, count in books.acknowledged.items())
    yield "acknowledged", f"{books.acknowledged.total():,}", how
    if books.repeats:
        yield "  of these repeats", f"{books.repeats:,}", "the same identity, sent again by its source"
    if books.retried:
        yield "sent again", f"{books.retried:,}", "with the same ids, after an outage or a limit"
    for code, count in books.refused.items():
        yield "refused", f"{count:,}", code
    for code, count in books.given_up.items():
        yield "given up", f"{count:,}", code
    if wrong_lines:
        yield "wrong lines", f"{wrong_lines:,}", "not sent"


def _reasons(books: Books) -> Table:
    table = Table(title="Not accepted, for example", title_justify="left")
    for column in ("device", "id", "problem", "detail"):
        table.add_column(column)
    for examples in books.examples.values():
        for one in examples:
            words = (one.reading.device, one.reading.id or "-", *_in_words(one))
            table.add_row(*map(Text, words))  # as text: what a platform or a file says is not markup
    return table


def _in_words(refusal: Refusal) -> tuple[str, str]:
    problem = refusal.problem
    if problem is None:
        return "no reason given", ""
    faults = "; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in problem.errors or ())
    return problem.code, faults or problem.detail or problem.title


def _wrong_lines(invalid: Sequence[InvalidLine]) -> Table:
    table = Table(title="Lines that were not sent", title_justify="left")
    table.add_column("line", justify="right")
    table.add_column("at")
    table.add_column("what is wrong")
    for line in invalid[:MAX_LINES_SHOWN]:
        for fault in line.faults:
            table.add_row(str(line.number), Text(fault.pointer or "/"), Text(fault.detail))
    if len(invalid) > MAX_LINES_SHOWN:
        table.caption = f"and {len(invalid) - MAX_LINES_SHOWN:,} more; --output json lists all"
    return table


def _plain_refusal(refusal: Refusal) -> Plain:
    return {
        "device": refusal.reading.device,
        "id": refusal.reading.id,
        "problem": msgspec.to_builtins(refusal.problem),
    }


def _plain_digest(digest: Digest) -> Plain:
    return {"count": digest.count, "digest": digest.hex}


def _named(counts: Mapping[Status, int]) -> Plain:
    return {str(name): count for name, count in counts.items()}
