"""How fresh reads are: readings of a device of their own, followed from their acceptance until they can be read.

Beside the load and outside its budget, on connections of their own.
"""

import time
from typing import Final

import gevent

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.engine.driver import Callers, connections_to
from telemetry_loadtest.engine.looking import shows
from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Freshness
from telemetry_loadtest.windows import Accounts, Ledger
from telemetry_loadtest.workload import Workload

POLL: Final = 0.005  # seconds between two looks
PATIENCE: Final = 30.0  # seconds until a reading counts as unseen


class Prober:
    """Sends one reading after the other, `plan.probes` a second at most."""

    def __init__(self, plan: Plan, credentials: Credentials) -> None:
        self._plan = plan
        self._workload = Workload(plan, credentials, time.time_ns() // 1000)
        self._callers = Callers(plan)
        self._reads = connections_to(plan.target.analytics, plan)
        self._ledger = Ledger()
        self._seen = Histogram()
        self._unseen = 0

    def run(self) -> None:
        """Probe until the greenlet is ended."""
        number = 0
        while True:
            began = time.monotonic()
            self._probe(number)
            number += 1
            gevent.sleep(max(1 / self._plan.probes - (time.monotonic() - began), 0))

    def close(self) -> tuple[Freshness, Accounts]:
        p50, p95, p99 = (self._seen.percentile(share) for share in (50, 95, 99))
        worst = self._seen.percentile(100)
        self._callers.close()
        self._reads.close()
        return Freshness(self._seen.count, self._unseen, p50, p95, p99, worst), self._ledger.close()

    def _probe(self, number: int) -> None:
        sent = time.time_ns() // 1000
        call = self._workload.probe(number, sent)
        self._ledger.send(call)
        judged = self._callers.make(call)
        self._ledger.enter(call, judged)
        if not judged.good:
            return
        accepted = time.monotonic()
        question = self._workload.latest(self._plan.probe_name)
        while not shows(self._reads, question, sent):
            if time.monotonic() - accepted > PATIENCE:
                self._unseen += 1
                return
            gevent.sleep(POLL)
        self._seen.add([(max(round((time.monotonic() - accepted) * MICROSECONDS_PER_SECOND), 1), 1)])
