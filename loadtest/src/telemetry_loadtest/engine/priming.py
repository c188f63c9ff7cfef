"""What must stand before the first arrival: a reading of every device, so that every question has an answer."""

import time
from collections.abc import Iterator, Sequence
from typing import Final

import gevent

from telemetry_loadtest.checking import Judged
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.engine.driver import Callers
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.windows import Ledger
from telemetry_loadtest.workload import Call, Workload

BEFORE: Final = 5  # seconds that the first readings are older than they are sent
ATTEMPTS: Final = 5
PATIENCE: Final = 60.0  # seconds until the last of them must be readable
_LARGEST: Final = 500  # readings in one request


class PrimingError(Exception):
    """The platform did not take the first readings, or does not show them."""


def prime(plan: Plan, worker: int, credentials: Credentials, ledger: Ledger) -> None:
    """Send the first readings of a worker's share of the devices, and wait until each can be read.

    Raises:
        PrimingError: not all of them can.
    """
    callers = Callers(plan)
    workload = Workload(plan, credentials, time.time_ns() // 1000)
    devices = plan.device_names[worker :: plan.workers]
    if plan.probes and not worker:
        devices.append(plan.probe_name)
    for group in _groups(devices, min(plan.batch, _LARGEST)):
        _send(workload.first_readings(group, BEFORE), callers, ledger)
    deadline = time.monotonic() + PATIENCE
    for device in devices:
        while not (judged := callers.make(workload.latest(device))).good:
            if time.monotonic() > deadline:
                raise PrimingError(f"the first reading of {device} cannot be read after {PATIENCE:g} s: {judged.label}")
            gevent.sleep(0.1)
    callers.close()


def _send(call: Call, callers: Callers, ledger: Ledger) -> None:
    ledger.send(call)
    judged = Judged("never sent", good=False)
    for attempt in range(ATTEMPTS):
        judged = callers.make(call)
        if judged.good:
            break
        gevent.sleep(2**attempt / 10)
    ledger.enter(call, judged)
    if not judged.good:
        raise PrimingError(f"the platform does not take the first readings: {judged.label}")


def _groups(devices: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(devices), size):
        yield devices[start : start + size]
