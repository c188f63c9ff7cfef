"""What must hold after any fault: acknowledged ⊆ stored ⊆ sent, each identity once, all accounted for, memory flat."""

import asyncio
from collections import Counter
from typing import Final

from telemetry_contract.api import Integrity
from telemetry_contract.architecture import Writes
from telemetry_operator.client.closing import Closing
from telemetry_operator.client.query import Analytics, Span
from telemetry_operator.client.sending import compare, open_client
from tests.faults.load import Load
from tests.faults.stage import MIB, Stage

PATIENCE: Final = 90.0  # seconds until everything acknowledged is visible
GROWTH: Final = 32.0  # MiB that a service may have grown by since it was warm, however many faults ago
HELD_BYTES: Final = 1000  # of a reading, where the consumer keeps it in memory


def check(stage: Stage, load: Load) -> None:
    """Hold a platform to its promises; the load has ended."""
    books = load.books
    assert not books.refused, f"refused: {books.examples}"
    assert not books.given_up, f"nobody answered for {books.given_up}"
    stage.note(load)
    closing, listed, integrity = asyncio.run(_ask(load))
    assert closing.closed, f"the digests do not agree: {closing}"
    assert max(listed.values()) == 1, "an identity is listed twice"
    assert listed.keys() >= load.acknowledged, f"{len(load.acknowledged - listed.keys())} acknowledged are not listed"
    assert listed.keys() <= load.sent, "something is listed that nobody sent"
    assert integrity.balanced, f"the ledger does not balance: {integrity}"
    _check_tables(stage)
    _check_memory(stage)


async def _ask(load: Load) -> tuple[Closing, Counter[bytes], Integrity]:
    closing = await compare(load.target, load.books, PATIENCE)
    async with open_client(load.target.analytics) as client:
        analytics = Analytics(client, load.target.reader)
        listed = Counter[bytes]()
        for device, book in load.books.devices.items():
            async for reading in analytics.readings(device, Span(book.first, book.last + 1)):
                listed[bytes.fromhex(reading.identity)] += 1
        return closing, listed, await analytics.integrity()


def _check_tables(stage: Stage) -> None:
    """Look at everything since the stage stands, where it can be looked at directly."""
    books = stage.books
    if books is None:
        return
    stored = books.check_promise(sent=stage.sent, acknowledged=stage.acknowledged)
    unbalanced = [row for row in books.ledger() if not row.is_balanced]
    assert not unbalanced, f"the ledger does not balance: {unbalanced}"
    if stage.platform.platform.spec.choices.writes is Writes.KAFKA:
        assert books.total("stored") == stored + stage.dropped, "the ledger counts other readings than the table has"


def _check_memory(stage: Stage) -> None:
    for name, now in stage.memory().items():
        kept = len(stage.sent) * HELD_BYTES / MIB if stage.keeps_in_memory and name == "consumer" else 0
        grown = now - stage.warm[name] - kept
        assert grown < GROWTH, f"{name} grew by {grown:.0f} MiB, from {stage.warm[name]:.0f} MiB when it was warm"
