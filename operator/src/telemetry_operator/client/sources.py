"""Where readings come from, as they fall due: this machine, a simulated fleet, or the lines of a file.

Each source is an async iterator; the first two have no end: whoever iterates them stops. `pump` moves a source's
readings into an `Ingest`, and a slow platform makes the source wait.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing

from telemetry_contract.readings import Reading
from telemetry_loadtest.fleet import Fleet
from telemetry_loadtest.machine import Machine
from telemetry_loadtest.schedule import Uniform
from telemetry_loadtest.signals import SECOND
from telemetry_operator.client.ingest import Ingest
from telemetry_operator.client.ndjson import InvalidLine

Parse = Callable[[bytes, int], Reading | InvalidLine | None]

_TICK = 0.05  # seconds between two looks at what has fallen due


def now() -> int:
    """The time, in µs since the epoch."""
    return time.time_ns() // 1000


async def machine_readings(machine: Machine, rate: float) -> AsyncGenerator[Reading, None]:
    """This machine, `rate` times a second."""
    while True:
        yield machine.reading()
        await asyncio.sleep(1 / rate)


async def fleet_readings(fleet: Fleet, rate: float) -> AsyncGenerator[Reading, None]:
    """What the fleet sends, `rate` arrivals a second in all. A slow platform delays readings; none is left out."""
    schedule, begin = Uniform.of(rate), now()
    while True:
        await asyncio.sleep(_TICK)
        end = max(now(), begin)
        for arrival in fleet.arrivals(schedule, begin, end):
            yield arrival.reading
        begin = end


async def line_readings(
    lines: AsyncIterator[bytes],
    parse: Parse,
    *,
    rate: float | None = None,
    on_invalid: Callable[[InvalidLine], None],
) -> AsyncGenerator[Reading, None]:
    """The readings of lines, as fast as they are taken or `rate` a second; wrong lines go to `on_invalid`.

    `parse` is called with each line and its number, in order; `None` from it is a line that holds no reading.
    """
    schedule = None if rate is None else Uniform.of(rate, now())
    sent = number = 0
    async for line in lines:
        number += 1
        item = parse(line, number)
        if item is None:
            continue
        if isinstance(item, InvalidLine):
            on_invalid(item)
            continue
        if schedule is not None:
            await asyncio.sleep(max(schedule.due(sent) - now(), 0) / SECOND)
        sent += 1
        yield item


async def pump(readings: AsyncGenerator[Reading, None], ingest: Ingest, count: int | None = None) -> None:
    """Offer readings until there are no more, or `count` of them were taken."""
    taken = 0
    async with aclosing(readings):
        while count is None or taken < count:
            try:
                reading = await anext(readings)
            except StopAsyncIteration:
                return
            await ingest.offer(reading)
            taken += 1


async def run_until(work: Coroutine[None, None, None], seconds: float | None, stop: asyncio.Event) -> None:
    """Let `work` run to its end, for so many seconds, or until `stop` is set; what it raised is raised."""
    worker, told = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({worker, told}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        worker.cancel()
        await asyncio.wait({worker})
    if not worker.cancelled():
        worker.result()
