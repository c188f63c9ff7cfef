"""What one worker alone gets out of a server that does nothing: the generator's own ceiling."""

import subprocess
import sys
import time
from typing import Final

import gevent
import msgspec

from telemetry_loadtest.arrivals import Arrival
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.engine.driver import Callers
from telemetry_loadtest.plan import Plan, TargetOfLoad
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import HealthSample
from telemetry_loadtest.windows import Ledger, Recorder
from telemetry_loadtest.workload import Workload

SECONDS: Final = 2.0
CONNECTIONS: Final = 32
_NOBODY: Final = HealthSample(0, 0, 0, 0, 0, 0, 0)


def measure_ceiling(plan: Plan, credentials: Credentials) -> float:
    """Requests a second with all of a worker's own work: choosing, signing, sending, checking, counting."""
    command = [sys.executable, "-m", "telemetry_loadtest.engine.emptiness"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - a pipe, as asked for
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        target = TargetOfLoad(address, address)
        # Only requests whose answer the empty server can give; reads cost as much, and would count as bad.
        weights = {Endpoint.INGEST: 1.0}
        rate = _drive(msgspec.structs.replace(plan, target=target, weights=weights), credentials)
        server.communicate("")
    return rate


def _drive(plan: Plan, credentials: Credentials) -> float:
    callers, recorder, ledger = Callers(plan), Recorder(), Ledger()
    workload = Workload(plan, credentials, time.time_ns() // 1000)
    made = 0
    end = time.monotonic() + SECONDS

    def call_again() -> None:
        nonlocal made
        while (now := time.monotonic()) < end:
            made += 1
            arrival = Arrival(made, now % plan.curve.seconds)
            call = workload.call(arrival)
            recorder.offer(0, call.endpoint)
            recorder.start()
            ledger.send(call)
            judged = callers.make(call)
            took = round((time.monotonic() - now) * 1e6)
            ledger.enter(call, judged)
            recorder.end(0, call.endpoint, judged, took, took)

    began = time.monotonic()
    gevent.joinall([gevent.spawn(call_again) for _ in range(CONNECTIONS)])
    elapsed = time.monotonic() - began
    callers.close()
    good = sum(cell.count for cell in recorder.cut(waiting=0, health=_NOBODY).cells if cell.good)
    return round(good / elapsed, 1)
