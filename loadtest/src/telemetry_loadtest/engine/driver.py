"""One worker's share of the load: takes arrivals up when they are due, and never waits for an answer to do so.

`worker` is Locust's side of it. What is due and not yet taken up is counted as waiting, and how late it is taken up as
slip: that is the generator's doing. Latency counts from when a request was due, whoever was late.
"""

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

import gevent
import structlog

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_loadtest.allowance import allowed_cores, held_back_seconds
from telemetry_loadtest.arrivals import Arrival, arrivals
from telemetry_loadtest.checking import Judged, judge, unanswered
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.engine.client import Connections, NoAnswerError, request_of
from telemetry_loadtest.plan import Plan, timed_stages
from telemetry_loadtest.results import HealthSample
from telemetry_loadtest.windows import Ledger, Recorder, Report
from telemetry_loadtest.workload import Call, Service, Workload

log = structlog.get_logger(__name__)

LAG_PERIOD: Final = 0.02  # seconds between two looks at how late the loop is
LONGEST_SLEEP: Final = 0.5  # seconds until a stop is noticed
BURST: Final = 16  # late arrivals taken up before answers are read


class Callers:
    """Makes calls on the connections of both services, and judges the answers."""

    def __init__(self, plan: Plan) -> None:
        self._connections = {
            Service.PRODUCER: connections_to(plan.target.producer, plan),
            Service.ANALYTICS: connections_to(plan.target.analytics, plan),
        }
        self.local_errors = 0

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self._connections.values())

    def close(self) -> None:
        for one in self._connections.values():
            one.close()

    def make(self, call: Call) -> Judged:
        connections = self._connections[call.service]
        try:
            answer = connections.ask(request_of(call.method, call.path, connections.host, call.credential, call.body))
        except NoAnswerError as error:
            self.local_errors += error.local
            return unanswered(call, error.reason)
        return judge(call, answer.status, answer.body)


def connections_to(url: str, plan: Plan) -> Connections:
    return Connections(url, age=plan.connection_age, timeout=plan.timeout, certificate=plan.target.certificate_file)


class Driver:
    """Drives one worker's arrivals; `tell` is given every second's report."""

    def __init__(
        self, plan: Plan, worker: int, credentials: Credentials, ledger: Ledger, tell: Callable[[Report], None]
    ) -> None:
        self._plan = plan
        self._worker = worker
        self._credentials = credentials
        self._ledger = ledger
        self._tell = tell
        self._recorder = Recorder()
        self._callers = Callers(plan)
        self._bound = max(plan.in_flight // plan.workers, 1)
        self._ends = [stage.end for stage in timed_stages(plan)]
        self._arrivals: Iterator[Arrival] = arrivals(
            plan.curve, plan.spacing, plan.seed, worker=worker, workers=plan.workers
        )
        self._upcoming = next(self._arrivals, None)
        self._processor = 0.0, 0.0  # time on the clock, and of the processor, at the look before
        self._allowed = min(allowed_cores(), 1.0)
        self._held_back: float | None = None  # seconds, at the look before
        self._waiting: deque[Arrival] = deque()
        self._stopped: float | None = None  # when, on the monotonic clock
        self._begin = 0.0  # on the monotonic clock
        self._slip = self._lag = 0.0
        self._failed_before = 0

    def run(self, begin: float) -> None:
        """Take up every arrival of a run that begins at `begin` (seconds since the epoch), and wait for the answers."""
        self._begin = time.monotonic() + begin - time.time()
        self._workload = Workload(self._plan, self._credentials, round(begin * MICROSECONDS_PER_SECOND))
        gevent.sleep(max(begin - time.time(), 0))
        self._processor = time.monotonic(), time.process_time()
        self._held_back = held_back_seconds()
        beside = [gevent.spawn(self._report), gevent.spawn(self._watch_loop)]
        self._dispatch()
        self._drain()
        gevent.killall(beside)
        self._cut(max(int(self._now()), 0))
        self._callers.close()

    def stop(self) -> None:
        """Take up no further arrival."""
        if self._stopped is None:
            self._stopped = time.monotonic()

    @property
    def until(self) -> float:
        """When arrivals were offered no more, seconds from the load's begin."""
        whole = self._plan.curve.seconds
        return whole if self._stopped is None else min(max(self._stopped - self._begin, 0.0), whole)

    @property
    def local_errors(self) -> int:
        return self._callers.local_errors

    def _now(self) -> float:
        return time.monotonic() - self._begin

    def _dispatch(self) -> None:
        taken, last = 0, self._plan.curve.seconds + self._plan.timeout
        # A generator that is hopelessly late ends nevertheless: what it did not get to stays waiting.
        while self._stopped is None and self._now() < last:
            if self._waiting:
                self._take(self._waiting.popleft())
                taken += 1
                if taken % BURST == 0:
                    gevent.sleep(0)
                    self._collect()
            elif self._upcoming is None:
                return
            else:
                ahead = self._upcoming.due - self._now()
                gevent.sleep(min(max(ahead, 0), LONGEST_SLEEP))
                self._collect()

    def _collect(self) -> None:
        """Offer what is due by now."""
        now = self._now()
        while self._upcoming is not None and self._upcoming.due <= now and self._stopped is None:
            arrival = self._upcoming
            self._recorder.offer(self._stage_of(arrival), self._workload.endpoint_of(arrival.number))
            self._waiting.append(arrival)
            self._upcoming = next(self._arrivals, None)

    def _take(self, arrival: Arrival) -> None:
        self._slip = max(self._slip, self._now() - arrival.due)
        if self._recorder.in_flight >= self._bound:
            self._recorder.drop(self._stage_of(arrival), self._workload.endpoint_of(arrival.number))
            return
        self._recorder.start()
        gevent.spawn_raw(self._ask, arrival)

    def _ask(self, arrival: Arrival) -> None:
        call = self._workload.call(arrival)
        self._ledger.send(call)
        began = self._now()
        try:
            judged = self._callers.make(call)
        except Exception:
            log.exception("request-broke-the-generator", endpoint=call.endpoint)
            self._callers.local_errors += 1
            judged = unanswered(call, "generator")
        ended = self._now()
        self._ledger.enter(call, judged)
        self._recorder.end(
            self._stage_of(arrival),
            call.endpoint,
            judged,
            _microseconds(ended - arrival.due),
            _microseconds(ended - began),
        )

    def _stage_of(self, arrival: Arrival) -> int:
        return min(bisect_right(self._ends, arrival.due), len(self._ends) - 1)

    def _drain(self) -> None:
        """Wait for every answer: each comes or is given up within the time for one, and the one of its connection."""
        deadline = self._now() + 3 * self._plan.timeout
        while self._recorder.in_flight and self._now() < deadline:
            gevent.sleep(0.01)

    def _report(self) -> None:
        for second in count():
            gevent.sleep(max(second + 1 - self._now(), 0))
            self._cut(second)

    def _cut(self, second: int) -> None:
        self._collect()
        failed, slip, lag = self._callers.failed, self._slip, self._lag
        if self._waiting:
            slip = max(slip, self._now() - self._waiting[0].due)
        health = HealthSample(
            at=second,
            worker=self._worker,
            cpu=self._processor_share(),
            loop_lag=round(lag * 1000, 3),
            slip=round(slip * 1000, 3),
            connection_errors=failed - self._failed_before,
            in_flight=self._recorder.in_flight,
            held_back=self._held_back_since(),
        )
        self._failed_before, self._slip, self._lag = failed, 0.0, 0.0
        self._tell(self._recorder.cut(waiting=len(self._waiting), health=health))

    def _processor_share(self) -> float:
        before, self._processor = self._processor, (time.monotonic(), time.process_time())
        elapsed, used = (now - then for now, then in zip(self._processor, before, strict=True))
        return round(used / elapsed / self._allowed, 4) if elapsed > 0 else 0.0

    def _held_back_since(self) -> float | None:
        """Milliseconds since the look before."""
        before, self._held_back = self._held_back, held_back_seconds()
        return None if before is None or self._held_back is None else round((self._held_back - before) * 1000, 3)

    def _watch_loop(self) -> None:
        while True:
            before = time.monotonic()
            gevent.sleep(LAG_PERIOD)
            self._lag = max(self._lag, time.monotonic() - before - LAG_PERIOD)


def _microseconds(seconds: float) -> int:
    return round(seconds * MICROSECONDS_PER_SECOND)
