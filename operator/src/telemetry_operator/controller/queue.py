"""The work queue: visits of platforms, a few at a time, when the schedule says.

Watch events put names in; `run` takes them out and calls the visit. What a visit raises is logged and tried again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars

from telemetry_operator.controller import metrics
from telemetry_operator.controller.schedule import Outcome, Pace, PlatformName, Schedule

log = structlog.get_logger(__name__)

CONCURRENCY: Final = 4
VISIT_SECONDS: Final = 240.0
"""A visit that takes longer is given up as failed: it waits for something that does not come."""
DRAIN_SECONDS: Final = 5.0

Visit = Callable[[PlatformName], Awaitable[Outcome]]
Clock = Callable[[], float]


class WorkQueue:
    """Platforms that want a visit; one visit of each at a time."""

    def __init__(
        self,
        visit: Visit,
        *,
        pace: Pace,
        concurrency: int = CONCURRENCY,
        visit_seconds: float = VISIT_SECONDS,
        clock: Clock = time.monotonic,
    ) -> None:
        self._visit = visit
        self._schedule = Schedule(pace)
        self._concurrency = concurrency
        self._visit_seconds = visit_seconds
        self._clock = clock
        self._wake = asyncio.Event()
        self._visits: set[asyncio.Task[None]] = set()
        self._closed = False

    def put(self, platform: PlatformName) -> None:
        """Ask for a visit: something of the platform changed."""
        self._schedule.note(platform, self._clock())
        self._wake.set()

    async def run(self) -> None:
        """Visit platforms, until the queue is closed or abandoned."""
        while not self._closed:
            self._wake.clear()
            self._begin_visits()
            await self._wait()

    async def close(self) -> None:
        """Begin no more visits, and give those under way a moment to end."""
        self._closed = True
        self._wake.set()
        if self._visits:
            await asyncio.wait(self._visits, timeout=DRAIN_SECONDS)
        self.abandon()

    def abandon(self) -> None:
        """Begin no more visits, and end those under way where they stand."""
        self._closed = True
        self._wake.set()
        for visit in self._visits:
            visit.cancel()

    def stuck(self, bound: float) -> str | None:
        """What has not moved for `bound` seconds longer than it may, in words; None where all is well."""
        now = self._clock()
        if (seconds := self._schedule.longest_visit(now)) > self._visit_seconds + bound:
            return f"a visit has been under way for {seconds:.0f} s"
        if len(self._visits) < self._concurrency and (seconds := self._schedule.overdue(now)) > bound:
            return f"a platform has waited {seconds:.0f} s for its visit, and none is under way in its place"
        return None

    def depth(self) -> int:
        return self._schedule.waiting(self._clock())

    def __len__(self) -> int:
        return len(self._schedule)

    def _begin_visits(self) -> None:
        while len(self._visits) < self._concurrency and (platform := self._schedule.take(self._clock())) is not None:
            visit = asyncio.create_task(self._attend(platform), name=f"visit {platform.namespace}/{platform.name}")
            self._visits.add(visit)
            visit.add_done_callback(self._ended)

    def _ended(self, visit: asyncio.Task[None]) -> None:
        self._visits.discard(visit)
        self._wake.set()

    async def _wait(self) -> None:
        due = self._schedule.next_due()
        # With every place taken only the end of a visit matters.
        timeout = None if due is None or len(self._visits) >= self._concurrency else max(0.0, due - self._clock())
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _attend(self, platform: PlatformName) -> None:
        with bound_contextvars(namespace=platform.namespace, name=platform.name):
            begun = self._clock()
            try:
                async with asyncio.timeout(self._visit_seconds):
                    outcome = await self._visit(platform)
            except Exception:
                # Whatever it is: this platform is tried again, and the others go on.
                log.exception("visit-failed")
                outcome = Outcome(failed=True)
            ended = self._clock()
            self._settle(platform, outcome, ended)
            metrics.VISIT_SECONDS.observe(ended - begun)

    def _settle(self, platform: PlatformName, outcome: Outcome, now: float) -> None:
        metrics.VISITS.labels("failed" if outcome.failed else "gone" if outcome.gone else "done").inc()
        if outcome.failed:
            log.info("visit-again", seconds=round(self._schedule.fail(platform, now), 1))
        else:
            self._schedule.finish(platform, outcome, now)
