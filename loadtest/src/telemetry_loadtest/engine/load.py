"""One load as the master sees it: a common start, the workers' reports as they come, and their books at the end.

Who speaks when: begin → reports → drained → close → books. A worker that is lost is waited for no longer, and the load
goes on to its end without it.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final

import gevent

from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.engine import messages
from telemetry_loadtest.engine.crew import Crew
from telemetry_loadtest.engine.messages import Begin, Close, Drained, Failed
from telemetry_loadtest.engine.probes import Prober
from telemetry_loadtest.health import faults_of
from telemetry_loadtest.measured import Began, Line, Measured, Passed, cut_short
from telemetry_loadtest.measuring import Measurement, Whole
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Generator
from telemetry_loadtest.slo import Watch, judge_bounds
from telemetry_loadtest.trials import LOOKS, SETTLING
from telemetry_loadtest.verdict import UNTIMELY, Cause, bound_in_words
from telemetry_loadtest.windows import Accounts, Report

LEAD: Final = 1.0  # seconds from the word to begin to the first arrival


class Load:
    """One load of a plan, to be run once."""

    def __init__(self, plan: Plan, credentials: Credentials, crew: Crew, say: Callable[[Line], None]) -> None:
        self._plan = plan
        self._credentials = credentials
        self._crew = crew
        self._say = say
        self._measurement = Measurement(plan)
        self._watch = Watch(plan)
        self._last = 0  # second that somebody has reported
        self._drained: set[int] = set()
        self._finals: dict[int, messages.Final] = {}
        self._left_out: set[int] = set()
        self._cause, self._detail = Cause.FINISHED, ""
        self._stopping = self._over = False
        self.begin = 0.0
        self.closed_at = 0.0

    @property
    def backlog(self) -> str:
        """What was not readable in time of what was sent."""
        return next((one.backlog for one in self._finals.values() if one.backlog), "")

    @property
    def settled(self) -> bool:
        return all(one.settled for one in self._finals.values())

    def stop(self, cause: Cause, detail: str) -> None:
        """Let the workers take up no more; what is under way is waited for. One that is over stays as it is."""
        if not self._stopping and not self._over:
            self._stopping = True
            self._cause, self._detail = cause, detail
            self._crew.tell(messages.STOP)

    def run(self, deadline: float | None, *, rate: float | None = None, after: float = 0.0) -> None:
        """Run to the end; `deadline` and `after`, before which nothing is due, are in seconds since the epoch.

        `rate` is that of a trial of a search, which is over when all that it has sent is readable.
        """
        now = time.time()
        self.begin = max(now, after) + LEAD
        self._say(Began(self.begin))
        self._crew.expect(self.begin - now)
        self._crew.tell(messages.BEGIN, Begin(self.begin, rate))
        prober = Prober(self._plan, self._credentials) if self._plan.probes else None
        probing = gevent.spawn_later(self.begin - now, prober.run) if prober else None
        self._listen(lambda: self._drained, deadline)
        self._over = True
        self._ended = time.time()
        if probing is not None:
            probing.kill()
        self._probed = prober.close() if prober else (None, Accounts())
        self._close(settle=rate is not None and self._cause not in UNTIMELY and not self._crew.lost)

    def measured(self, ceiling: float | None) -> Measured:
        """What came of it; `ceiling` is the generator's own."""
        measurement, plan, finals = self._measurement, self._plan, list(self._finals.values())
        freshness, accounts = self._probed
        errors, lost = sum(one.local_errors for one in finals), self._crew.lost
        faults = faults_of(plan, measurement.health, lost=lost.values(), local_errors=errors)
        measured = Measured(
            cause=self._cause,
            detail=self._detail,
            begin=self.begin,
            duration=self._ended - self.begin,
            stages=measurement.stages,
            seconds=measurement.seconds,
            summaries=measurement.summaries(),
            histograms=measurement.histograms(),
            generator=Generator(plan.workers, len(lost), ceiling, faults, measurement.health),
            bounds=judge_bounds(plan, measurement, freshness, self._watch),
            accounts=sum((one.accounts for one in finals), accounts),
            freshness=freshness,
        )
        return cut_short(measured, _mean(one.until for one in finals))

    def _close(self, *, settle: bool) -> None:
        # Behind everything that was due, by whichever clock it was sent.
        self.closed_at = max(time.time(), self.begin + self._last + 1)
        self._crew.expect(LOOKS * SETTLING + 3 * self._plan.timeout if settle else 0.0)
        self._crew.tell(messages.CLOSE, Close(self.closed_at if settle else None))
        self._listen(lambda: set(self._finals), None)

    def _listen(self, done: Callable[[], Iterable[int]], deadline: float | None) -> None:
        """Take what comes in, until every worker that is left is done."""
        while self._crew.left.difference(done()):
            kind, data = self._crew.next()
            if kind:
                self._take(kind, data)
            if deadline is not None and time.time() > deadline:
                self.stop(Cause.DEADLINE, too_late(self._plan))
            self._crew.miss()
            for worker in self._crew.lost.keys() - self._left_out:
                self._leave_out(worker)

    def _take(self, kind: str, data: bytes) -> None:
        match kind:
            case messages.REPORT:
                report = messages.unpack(data, Report)
                self._crew.hear(report.worker)
                self._last = max(self._last, report.at)
                self._see(self._measurement.take(report))
            case messages.DRAINED:
                worker = messages.unpack(data, Drained).worker
                self._crew.excuse(worker)
                self._drained.add(worker)
                self._leave_out(worker)
            case messages.FINAL:
                final = messages.unpack(data, messages.Final)
                self._crew.excuse(final.worker)
                self._finals[final.worker] = final
            case messages.FAILED:
                failed = messages.unpack(data, Failed)
                self._crew.lose(failed.worker, failed.reason)

    def _leave_out(self, worker: int) -> None:
        """Nothing more is reported by a worker."""
        self._left_out.add(worker)
        self._see(self._measurement.lose(worker))

    def _see(self, seconds: Iterable[Whole]) -> None:
        for whole in seconds:
            broken = self._watch.look(whole)
            if broken and self._plan.slo.stop:
                self.stop(Cause.BREACHED, "")
            bounds = judge_bounds(self._plan, self._measurement, None, self._watch)
            failing = [one for one in bounds if not one.held and one.samples]
            reason = bound_in_words(failing[0]) if failing else ""
            self._say(Passed(whole.second, "Failed" if failing else "Passed", reason))


def too_late(plan: Plan) -> str:
    return f"its deadline of {plan.deadline:g} s passed before its end"


def _mean(untils: Iterable[float]) -> float | None:
    given = list(untils)
    return sum(given) / len(given) if given else None
