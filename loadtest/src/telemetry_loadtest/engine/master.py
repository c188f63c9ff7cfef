"""The master: gathers the workers, and runs one load, or trial after trial until the ceiling is known.

Locust keeps the workers; its shape calls for one user a worker for as long as the run lasts. How one load goes is
`load`'s.
"""

import time
from collections.abc import Callable
from math import inf

import gevent
from locust import LoadTestShape
from locust.env import Environment

from telemetry_loadtest.concluding import verdict_of_trial
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.endings import Ending
from telemetry_loadtest.engine import messages
from telemetry_loadtest.engine.crew import TICK, Crew
from telemetry_loadtest.engine.errors import EngineError
from telemetry_loadtest.engine.load import LEAD, Load, too_late
from telemetry_loadtest.engine.messages import Failed, Ready
from telemetry_loadtest.engine.rollcall import RollCall
from telemetry_loadtest.engine.worker import FleetUser
from telemetry_loadtest.measured import Line, Measured, Outcome, Said, Searched, Trial, Tried
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Verdict
from telemetry_loadtest.search import Search
from telemetry_loadtest.trials import search_of, trial_plan, trials_of
from telemetry_loadtest.verdict import DECIDED, Cause


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
        self._crew = Crew(self._runner, plan.workers)
        self._roll = RollCall(plan.workers, clocks)
        self._load: Load | None = None
        self._stopped: tuple[Cause, str] | None = None

    @property
    def port(self) -> int:
        return int(self._runner.server.port)

    def stop(self, cause: Cause, detail: str) -> None:
        """End the run; what is under way is waited for."""
        if self._stopped is None:
            self._stopped = cause, detail
            if self._load is not None:
                self._load.stop(cause, detail)

    def lose(self, worker: int, reason: str) -> None:
        """Go on without a worker; one that ends with the run is not lost."""
        if not self._shape.over:
            self._crew.lose(worker, reason)

    def run(self, patience: float) -> Outcome:
        """Run to the end, once all workers are ready.

        Raises:
            EngineError: they are not within `patience` seconds.
        """
        try:
            self._await_workers(patience)
            return self._run() if self._plan.search is None else self._searched(search_of(self._plan.search))
        finally:
            self._shape.over = True
            self._runner.quit()

    def _run(self) -> Measured:
        self._load = Load(self._plan, self._credentials, self._crew, self._say)
        self._load.run(self._deadline())
        return self._load.measured(self._roll.ceiling)

    def _searched(self, search: Search) -> Searched:
        """Trial after trial; one that neither held nor failed ends them, and so does whoever stops the run."""
        trials: list[Trial] = []
        deadline = self._deadline()
        while self._stopped is None and (rate := search.next_rate()) is not None:
            self._say(Tried(rate, len(trials) + 1, trials_of(self._plan), search.low, search.high))
            trials.append(self._tried(rate, trials[-1].until if trials else 0.0, deadline))
            verdict, reason = verdict_of_trial(trials[-1], None)
            if verdict not in DECIDED:
                break
            search = search.told(rate, held=verdict is Verdict.PASSED, reason=reason)
            if deadline is not None and time.time() > deadline:
                self.stop(Cause.DEADLINE, too_late(self._plan))
        cause, detail = self._stopped or (Cause.FINISHED, "")
        return Searched(trials=trials, cause=cause, detail=detail)

    def _tried(self, rate: float, after: float, deadline: float | None) -> Trial:
        plan = trial_plan(self._plan, rate)
        load = self._load = Load(plan, self._credentials, self._crew, self._say)
        load.run(deadline, rate=rate, after=after)
        if not load.settled:
            self.stop(Cause.FAILED, f"at {rate:g} requests a second {load.backlog}, nor later")
        measured = load.measured(self._roll.ceiling)
        return Trial(rate=rate, after=after, until=load.closed_at, measured=measured, backlog=load.backlog)

    def _deadline(self) -> float | None:
        return None if self._plan.deadline is None else time.time() + LEAD + self._plan.deadline

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
            kind, data = self._crew.next()
            if kind == messages.READY:
                self._roll.enter(messages.unpack(data, Ready), time.time())
            elif kind == messages.FAILED:
                failed = messages.unpack(data, Failed)
                raise EngineError(failed.ending, failed.reason)
            self._check_begin(deadline, patience)

    def _check_begin(self, deadline: float, patience: float) -> None:
        if self._crew.lost:
            raise EngineError(Ending.WORKER_LOST, "; ".join(self._crew.lost.values()))
        if self._stopped is not None:
            raise EngineError(Ending.STOPPED, "stopped before the first arrival was due")
        if time.monotonic() > deadline:
            raise self._roll.missing(patience)
