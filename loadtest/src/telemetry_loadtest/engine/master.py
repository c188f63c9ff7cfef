"""The master: starts the workers at one moment, adds up what they report, and ends the run.

Locust keeps the workers and carries the messages; its shape calls for one user a worker for as long as the run lasts.
What stands here is who speaks when: workers ready → a common start → reports → books. A worker from which nothing is
heard is lost, and the run goes on to its end without it.
"""

import time
from collections.abc import Callable
from math import inf
from typing import Any, Final

import gevent
import structlog
from gevent.queue import Empty, Queue
from locust import LoadTestShape
from locust.env import Environment

from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.endings import Ending
from telemetry_loadtest.engine import messages
from telemetry_loadtest.engine.errors import EngineError
from telemetry_loadtest.engine.messages import Begin, Failed, Ready
from telemetry_loadtest.engine.probes import Prober
from telemetry_loadtest.engine.rollcall import RollCall
from telemetry_loadtest.engine.worker import SILENCE, FleetUser
from telemetry_loadtest.health import faults_of
from telemetry_loadtest.measured import Began, Line, Measured, Passed, Said
from telemetry_loadtest.measuring import Measurement, Whole
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Freshness, Generator
from telemetry_loadtest.slo import Watch, judge_bounds
from telemetry_loadtest.verdict import Cause, bound_in_words
from telemetry_loadtest.windows import Accounts, Report

log = structlog.get_logger(__name__)

LEAD: Final = 1.0  # seconds from the last worker's readiness to the first arrival
TICK: Final = 0.2


class OneUserEach(LoadTestShape):
    """One user a worker, until the run is over."""

    def __init__(self, workers: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Locust's
        self._workers = workers
        self.over = False

    def tick(self) -> tuple[int, float] | None:
        return None if self.over else (self._workers, float(self._workers))


class Master:
    """One run, from the workers' first word to their last."""

    def __init__(
        self,
        plan: Plan,
        credentials: Credentials,
        tell: Callable[[Line], None],
        host: str,
        port: int,
        *,
        clocks: float = inf,
    ) -> None:
        self._plan = plan
        self._credentials = credentials
        self._say = tell
        self._shape = OneUserEach(plan.workers)
        environment = Environment(user_classes=[FleetUser], shape_class=self._shape)
        self._runner = environment.create_master_runner(host, port)
        self._messages: Queue[tuple[str, bytes]] = Queue()
        for kind in (messages.READY, messages.REPORT, messages.FINAL, messages.FAILED):
            self._runner.register_message(kind, self._listener(kind))
        self._roll = RollCall(plan.workers, clocks)
        self._measurement = Measurement(plan)
        self._watch = Watch(plan)
        self._heard: dict[int, float] = {}
        self._done: set[int] = set()
        self._lost: dict[int, str] = {}
        self._accounts = Accounts()
        self._local_errors = 0
        self._cause, self._detail = Cause.FINISHED, ""
        self._stopping = False

    @property
    def port(self) -> int:
        return int(self._runner.server.port)

    def stop(self, cause: Cause, detail: str) -> None:
        """Let the workers take up no more; what is under way is waited for."""
        if not self._stopping:
            self._stopping = True
            self._cause, self._detail = cause, detail
            self._runner.send_message(messages.STOP)

    def lose(self, worker: int, reason: str) -> None:
        """Go on without a worker."""
        if worker not in self._lost and worker not in self._done:
            log.error("worker-lost", worker=worker, reason=reason)
            self._lost[worker] = f"worker {worker} was lost ({reason})"
            self._see(self._measurement.lose(worker))

    def run(self, patience: float) -> Measured:
        """Run to the end, once all workers are ready.

        Raises:
            EngineError: they are not within `patience` seconds.
        """
        try:
            self._await_workers(patience)
            return self._run()
        finally:
            self._shape.over = True
            self._runner.quit()

    def _run(self) -> Measured:
        begin = time.time() + LEAD
        self._say(Began(begin))
        self._runner.send_message(messages.BEGIN, messages.pack(Begin(begin)))  # type: ignore[arg-type] # as in worker
        prober = Prober(self._plan, self._credentials) if self._plan.probes else None
        probing = gevent.spawn_later(LEAD, prober.run) if prober else None
        self._listen(begin)
        ended = time.time()
        if probing is not None:
            probing.kill()
        freshness, accounts = prober.close() if prober else (None, Accounts())
        return self._measured(begin, ended, freshness, self._accounts + accounts)

    def _await_workers(self, patience: float) -> None:
        workers, deadline = self._plan.workers, time.monotonic() + patience
        if self._plan.measure_ceiling:
            self._say(Said("measuring what one worker alone can offer to an empty server"))
        while len(self._runner.clients.ready) < workers:
            self._check_begin(deadline, patience)
            gevent.sleep(TICK / 4)
        who = f"{workers} workers, which give" if workers > 1 else "the worker, which gives"
        self._say(Said(f"waiting for {who} each device its first reading"))
        self._runner.start_shape()
        while not self._roll.complete:
            kind, data = self._next() or ("", b"")
            if kind == messages.READY:
                self._roll.enter(messages.unpack(data, Ready), time.time())
            elif kind == messages.FAILED:
                failed = messages.unpack(data, Failed)
                raise EngineError(failed.ending, failed.reason)
            self._check_begin(deadline, patience)
        self._heard = dict.fromkeys(range(workers), time.monotonic() + LEAD)

    def _check_begin(self, deadline: float, patience: float) -> None:
        if self._lost:
            raise EngineError(Ending.WORKER_LOST, "; ".join(self._lost.values()))
        if self._stopping:
            raise EngineError(Ending.STOPPED, "stopped before the first arrival was due")
        if time.monotonic() > deadline:
            raise self._roll.missing(patience)

    def _listen(self, begin: float) -> None:
        while len(self._done | self._lost.keys()) < self._plan.workers:
            kind, data = self._next() or ("", b"")
            if kind == messages.REPORT:
                report = messages.unpack(data, Report)
                self._heard[report.worker] = time.monotonic()
                self._see(self._measurement.take(report))
            elif kind == messages.FINAL:
                self._finish(messages.unpack(data, messages.Final))
            elif kind == messages.FAILED:
                failed = messages.unpack(data, Failed)
                self.lose(failed.worker, failed.reason)
            self._look_at_clock(begin)

    def _look_at_clock(self, begin: float) -> None:
        if self._plan.deadline is not None and time.time() - begin > self._plan.deadline:
            self.stop(Cause.DEADLINE, f"its deadline of {self._plan.deadline:g} s passed before its end")
        for worker, heard in self._heard.items():
            if time.monotonic() - heard > SILENCE:
                self.lose(worker, f"nothing heard for {SILENCE:g} s")

    def _finish(self, final: messages.Final) -> None:
        self._done.add(final.worker)
        self._accounts += final.accounts
        self._local_errors += final.local_errors
        self._see(self._measurement.lose(final.worker))

    def _see(self, seconds: list[Whole]) -> None:
        for whole in seconds:
            broken = self._watch.look(whole)
            if broken and self._plan.slo.stop:
                self.stop(Cause.BREACHED, "")
            bounds = judge_bounds(self._plan, self._measurement, None, self._watch)
            failing = [one for one in bounds if not one.held and one.samples]
            reason = bound_in_words(failing[0]) if failing else ""
            self._say(Passed(whole.second, "Failed" if failing else "Passed", reason))

    def _measured(self, begin: float, ended: float, freshness: Freshness | None, accounts: Accounts) -> Measured:
        measurement, plan = self._measurement, self._plan
        faults = faults_of(plan, measurement.health, lost=self._lost.values(), local_errors=self._local_errors)
        return Measured(
            cause=self._cause,
            detail=self._detail,
            begin=begin,
            duration=ended - begin,
            stages=measurement.stages,
            seconds=measurement.seconds,
            summaries=measurement.summaries(),
            histograms=measurement.histograms(),
            generator=Generator(plan.workers, len(self._lost), self._roll.ceiling, faults, measurement.health),
            bounds=judge_bounds(plan, measurement, freshness, self._watch),
            accounts=accounts,
            freshness=freshness,
        )

    def _next(self) -> tuple[str, bytes] | None:
        try:
            return self._messages.get(timeout=TICK)
        except Empty:
            return None

    def _listener(self, kind: str) -> Callable[..., None]:
        def listen(msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
            self._messages.put((kind, msg.data))

        return listen
