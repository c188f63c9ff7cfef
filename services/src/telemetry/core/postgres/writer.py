"""PostgreSQL as a Writer: requests that come at the same time are committed together (docs/adr/0007-group-commit.md).

While a group is being committed the next one gathers, so groups grow with load by themselves and nobody waits for a
timer. A request waits for its turn at most half of its deadline, and a group has the rest of its oldest request's. Who
did not get an answer by then is told 503: whether it was stored cannot be known, and sending it again is safe.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import chain, islice
from typing import Final, NamedTuple, TypeVar

import psycopg
import structlog
from prometheus_client import Gauge, Histogram

from telemetry.core.batching import Batches
from telemetry.core.circuit import FAILURES, Circuit
from telemetry.core.outcomes import Outcome
from telemetry.core.ports import Saturated, Unavailable
from telemetry.core.postgres.lane import ConnectionLostError, Lane
from telemetry.core.tracing.context import current_trace
from telemetry.core.tracing.spans import batch_span
from telemetry_contract.readings import Reading

SERVER: Final = "PostgreSQL"
LANES: Final = 2  # one gathers and packs while the other's commit is on its way to the disk
GROUP_READINGS: Final = 2000
WAITING_READINGS: Final = 20_000
TURN_SHARE: Final = 0.5  # of the deadline
PING_SECONDS: Final = 6.0  # more than a connection may take to come about
SILENCE_SECONDS: Final = 10.0  # between two lines about groups that were not stored
CLOSE_SECONDS: Final = 1.0
COMMIT_GROUP: Final = "commit group"

GROUP: Final = Histogram(
    "telemetry_writer_group_readings", "Readings committed together", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
)
"""Do concurrent requests share commits?"""
COMMIT: Final = Histogram(
    "telemetry_writer_commit_seconds",
    "Time from taking a group to its commit",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
"""How much of a client's wait is PostgreSQL's?"""
WAIT: Final = Histogram(
    "telemetry_writer_wait_seconds",
    "Longest time that a request of a group waited for its turn",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
"""How much of a client's wait is for its turn?"""
WAITING: Final = Gauge("telemetry_writer_waiting_readings", "Readings that wait for their turn to be committed")
"""How near is the writer to refusing (503 `saturated`)?"""

T = TypeVar("T")

log = structlog.get_logger(__name__)


class _Request(NamedTuple):
    readings: Sequence[Reading]
    since: float  # monotonic seconds
    trace: bytes | None


class PostgresWriter:
    """Commits readings in groups, over a few connections with a thread each."""

    def __init__(self, url: str, *, retention: int, seconds: float) -> None:
        """Take the address, retention in microseconds, and the deadline of one request; to be called in the loop."""
        self._seconds = seconds
        self._lanes = [Lane(url, slot=slot, retention=retention, seconds=seconds) for slot in range(1, LANES + 1)]
        self._free = list(self._lanes)
        self._circuit = Circuit(SERVER, self._answers)
        self._groups: Batches[_Request, list[Outcome] | None] = Batches(
            self._commit,
            most=GROUP_READINGS,
            at_once=LANES,
            waiting=WAITING_READINGS,
            weigh=lambda request: len(request.readings),
        )
        self._told = -SILENCE_SECONDS
        WAITING.set_function(lambda: self._groups.weight)

    async def write(self, readings: Sequence[Reading]) -> list[Outcome]:
        self._circuit.require()
        outcomes = await self._groups.submit(_Request(readings, time.monotonic(), current_trace()))
        if outcomes is None:
            raise Saturated("it waited for its turn too long")
        return outcomes

    async def until_up(self) -> None:
        """Take the store to be away, and return when it has answered."""
        self._circuit.open()
        await self._circuit.until_up()

    async def close(self) -> None:
        """End the threads; call it when no request waits any more."""
        await self._circuit.close()
        await asyncio.gather(*(asyncio.to_thread(lane.close, CLOSE_SECONDS) for lane in self._lanes))

    async def _commit(self, requests: list[_Request]) -> list[list[Outcome] | None]:
        """Commit one group; `None` for requests whose turn came too late."""
        self._circuit.require()
        now = time.monotonic()
        WAIT.observe(now - requests[0].since)
        latest = now - self._seconds * TURN_SHARE
        timely = [request for request in requests if request.since >= latest]
        if not timely:
            return [None] * len(requests)
        readings = list(chain.from_iterable(request.readings for request in timely))
        with batch_span(COMMIT_GROUP, (request.trace for request in timely), len(readings)):
            outcomes = iter(await self._store(readings, timely[0].since + self._seconds - now))
        COMMIT.observe(time.monotonic() - now)
        GROUP.observe(len(readings))
        late = len(requests) - len(timely)
        return [None] * late + [list(islice(outcomes, len(request.readings))) for request in timely]

    async def _store(self, readings: Sequence[Reading], seconds: float) -> list[Outcome]:
        lane = self._take_lane()
        try:
            return await self._within(seconds, lane, lane.submit(readings))
        except (ConnectionLostError, TimeoutError) as error:
            self._lose(error)
            raise Unavailable(f"{SERVER} broke off; what was sent may be stored or not") from error
        except psycopg.Error as error:
            self._tell(error)
            raise Unavailable(f"{SERVER} cannot store readings just now") from error

    def _take_lane(self) -> Lane:
        if not self._free:  # threads wait for a server that never answered them
            raise Unavailable(f"{SERVER} does not answer")
        return self._free.pop()

    async def _within(self, seconds: float, lane: Lane, call: Future[T]) -> T:
        """Return what a lane does; break it off after its time. The lane is free again when its thread is."""
        future = asyncio.wrap_future(call)

        def free(_: asyncio.Future[T]) -> None:
            self._free.append(lane)
            future.exception()  # whoever waited for it was told, maybe before

        future.add_done_callback(free)
        done, _ = await asyncio.wait([future], timeout=seconds)
        if not done:
            lane.abort()
            raise TimeoutError(f"no answer within {seconds:.1f} s")
        return future.result()

    async def _answers(self) -> bool:
        try:
            lane = self._take_lane()
            await self._within(PING_SECONDS, lane, lane.ping())
        except (ConnectionLostError, TimeoutError, Unavailable):
            return False
        return True

    def _lose(self, error: Exception) -> None:
        self._circuit.note_failure(error)
        for lane in self._lanes:
            lane.distrust()

    def _tell(self, error: psycopg.Error) -> None:
        FAILURES.labels(SERVER, type(error).__name__).inc()
        now = time.monotonic()
        if now - self._told >= SILENCE_SECONDS:
            self._told = now
            log.warning("group-not-stored", error=" ".join(str(error).split()), sqlstate=error.sqlstate)
