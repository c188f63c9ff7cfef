"""Dead letters for a person: a table of many, one with its bytes, and what became of a replay."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_contract.dead_letter_api import DeadLetter, DeadLetterRecord
from telemetry_operator.client.replay import Fate, Replayed

ROW_BYTES = 16  # in a line of a hex dump
MOST_BYTES = 4096  # shown to a person; the JSON has them all


def letters_table(letters: Sequence[DeadLetter], *, more: bool) -> RenderableType:
    if not letters:
        return Text("no dead letters")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("id", "buried", "state", "device", "reason"):
        table.add_column(column, overflow="fold", no_wrap=column == "id")
    for letter in letters:
        device = letter.reading.device if letter.reading else "-"
        # As text: what was refused is not markup.
        table.add_row(letter.id, letter.buried_at[:19] + "Z", letter.state, Text(device), Text(letter.reason))
    return Group(table, Text("there are more: --limit", style="dim")) if more else table


def letter_report(letter: DeadLetterRecord) -> RenderableType:
    """One letter with all that is known of it."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for title, text in _facts(letter):
        table.add_row(Text(title, style="dim"), Text(text))
    parts: list[RenderableType] = [table]
    for title, data in (("key", letter.key), ("value", letter.value)):
        parts += [Text(f"{title}, {0 if data is None else len(data):,} bytes", style="bold"), *_dump(data or b"")]
    return Group(*parts)


def hex_lines(data: bytes) -> Iterator[str]:
    """Bytes as hex and as text, sixteen a line."""
    for start in range(0, len(data), ROW_BYTES):
        row = data[start : start + ROW_BYTES]
        text = "".join(chr(byte) if chr(byte).isprintable() and byte < 0x7F else "." for byte in row)  # noqa: PLR2004 - ASCII
        yield f"{start:08x}  {row.hex(' '):<{3 * ROW_BYTES - 1}}  {text}"


def plain_replayed(replayed: Replayed) -> dict[str, object]:
    return {"id": replayed.letter.id, "fate": replayed.fate.value, "why": replayed.why or None}


def replayed_table(found: Sequence[Replayed]) -> RenderableType:
    """What failed with its reason, and how many came to what."""
    failed = [one for one in found if not one.fate.good]
    fates = Counter(one.fate for one in found)
    head = Text(", ".join(f"{fate.value} {fates[fate]:,}" for fate in Fate if fates[fate]) or "no dead letters")
    if not failed:
        return head
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("id", "fate", "why"):
        table.add_column(column, overflow="fold", no_wrap=column == "id")
    for one in failed:
        table.add_row(one.letter.id, one.fate.value, Text(one.why))
    return Group(head, table)


def _facts(letter: DeadLetterRecord) -> Iterator[tuple[str, str]]:
    yield "id", letter.id
    yield "buried", letter.buried_at
    yield "reason", letter.reason
    yield "state", letter.state
    item = "the whole record" if letter.item is None else f"reading {letter.item} of it"
    yield "from", f"topic {letter.topic_id}, partition {letter.partition}, offset {letter.offset}, {item}"
    if letter.reading is None:
        yield "reading", "none that can be read: it can be looked at, not replayed"
    else:
        yield "reading", msgspec.json.encode(letter.reading).decode()


def _dump(data: bytes) -> Iterator[Text]:
    yield from map(Text, hex_lines(data[:MOST_BYTES]))
    if len(data) > MOST_BYTES:
        yield Text(f"and {len(data) - MOST_BYTES:,} bytes more; --output json has them all", style="dim")
