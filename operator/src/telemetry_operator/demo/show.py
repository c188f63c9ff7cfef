"""The demonstration on a platform that is up: readings flow, a table looks on, then the books are closed."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Final

from rich.console import Console
from rich.live import Live

from telemetry_contract.api import Integrity
from telemetry_contract.readings import Reading
from telemetry_loadtest.fleet import Fleet
from telemetry_loadtest.machine import Machine
from telemetry_operator.client.books import Books
from telemetry_operator.client.closing import Closing, close_books
from telemetry_operator.client.ingest import Ingest
from telemetry_operator.client.interrupt import beside, first_signal_stops
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.sending import Target, open_client
from telemetry_operator.client.sources import fleet_readings, machine_readings, pump, run_until
from telemetry_operator.demo.freshness import Freshness, Probe
from telemetry_operator.demo.tables import live_table, plain_line
from telemetry_operator.demo.watch import Watch

_SHOWN_DEVICES: Final = 6
_LOOK: Final = 0.5  # seconds between two looks in a terminal
_LINE: Final = 5.0  # seconds between two lines elsewhere
_FOOTER: Final = "Ctrl-C ends the sending and closes the books."
_CLOSING_PATIENCE: Final = 60.0  # seconds until what was acknowledged must be visible


@dataclass(frozen=True, slots=True)
class Script:
    """What is shown: how many devices, how fast they send in all (a second), and for how long (None: until told)."""

    fleet: int = 100
    rate: float = 100.0
    duration: float | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """How it went."""

    books: Books
    closing: Closing
    integrity: Integrity
    freshness: Freshness | None

    @property
    def good(self) -> bool:
        """All that was acknowledged is stored, nothing twice, and every record of the stream is accounted for."""
        return self.closing.closed and self.integrity.balanced and self.books.acknowledged.total() > 0


async def show(target: Target, script: Script, console: Console) -> Result:
    """Send, look on, and close the books. The first signal ends the sending, a second one everything.

    Raises:
        QueryError: analytics does not answer.
    """
    books, probe, machine = Books(), Probe(), Machine()
    fleet = Fleet(script.fleet, script.seed)
    async with open_client(target.analytics) as client, first_signal_stops() as stop:
        analytics = Analytics(client, target.reader)
        looking_on = replace(analytics, attempts=1)
        watch = Watch(looking_on, books, probe, [machine.device, *fleet.devices[:_SHOWN_DEVICES]])
        await watch.begin()
        async with beside(probe.run(looking_on)), beside(look_on(watch, machine.device, console)):
            sources = probe.noting(machine_readings(machine, 1.0)), fleet_readings(fleet, script.rate)
            await _send(target, sources, books, script.duration, stop)
            closing = await close_books(books, analytics, patience=_CLOSING_PATIENCE)
            console.print(plain_line(await watch.look()), soft_wrap=True)
        return Result(books, closing, await analytics.integrity(), probe.freshness)


async def _send(
    target: Target,
    sources: Iterable[AsyncGenerator[Reading, None]],
    books: Books,
    duration: float | None,
    stop: asyncio.Event,
) -> None:
    async with open_client(target.producer) as client, Ingest(client, target.credentials, books) as ingest:
        await run_until(_together([pump(source, ingest) for source in sources]), duration, stop)


async def _together(work: Iterable[Coroutine[None, None, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)


async def look_on(watch: Watch, machine: str, console: Console) -> None:
    """Show how it goes, for ever: a live table in a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        while True:
            await asyncio.sleep(_LINE)
            console.print(plain_line(await watch.look()), soft_wrap=True)
    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(live_table(await watch.look(), machine, _FOOTER), refresh=True)
            await asyncio.sleep(_LOOK)
