"""What must stand before the first arrival: a reading of every device, so that every question has an answer.

Between two trials of a search it is given once more: it stands behind all that the trial before has sent of its device,
so that nothing of that is left when it can be read.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

import gevent
from gevent.pool import Pool

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_loadtest.checking import Judged, unanswered
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.engine.driver import Callers, connections_to
from telemetry_loadtest.engine.looking import shows
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.trials import LOOKS, SETTLING
from telemetry_loadtest.windows import Ledger
from telemetry_loadtest.workload import Call, Workload

BEFORE: Final = 5  # seconds that the first readings are older than they are sent
ATTEMPTS: Final = 5
LOOK: Final = 0.1  # seconds between two attempts
LOOKERS: Final = 16  # devices that are looked at side by side
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
    devices = _share(plan, worker)
    for group in _groups(devices, min(plan.batch, _LARGEST)):
        _send(workload.first_readings(group, BEFORE), callers, ledger)
    deadline = time.monotonic() + PATIENCE
    for device in devices:
        while not (judged := callers.make(workload.latest(device))).good:
            if time.monotonic() > deadline:
                raise PrimingError(f"the first reading of {device} cannot be read after {PATIENCE:g} s: {judged.label}")
            gevent.sleep(LOOK)
    callers.close()


class Settled(NamedTuple):
    """`backlog` says what was not readable when it should have been, `whole` whether it was in the end."""

    backlog: str
    whole: bool


NOTHING_LEFT: Final = Settled("", whole=True)


class Patience:
    """Waits for what is not there yet, and knows whether that took longer than it should have."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.is_late = False

    def waits(self, is_there: Callable[[], bool]) -> bool:
        """Wait until it is there, and say whether it came."""
        while not is_there():
            waited = time.monotonic() - self._began
            self.is_late = self.is_late or waited > SETTLING
            if waited > LOOKS * SETTLING:
                return False
            gevent.sleep(LOOK)
        return True


def settle(plan: Plan, worker: int, credentials: Credentials, ledger: Ledger, at: float) -> Settled:
    """Give each device of a worker a reading of `at` (seconds since the epoch), and wait until it can be read."""
    callers, reads = Callers(plan), connections_to(plan.target.analytics, plan)
    when, patience = round(at * MICROSECONDS_PER_SECOND), Patience()
    workload, devices = Workload(plan, credentials, when), _share(plan, worker)

    def comes(device: str) -> bool:
        return patience.waits(partial(shows, reads, workload.latest(device), when))

    groups = _groups(devices, min(plan.batch, _LARGEST))
    taken = all(_deliver(workload.first_readings(group, 0), callers, ledger, patience) for group in groups)
    whole = taken and all(Pool(LOOKERS).map(comes, devices))
    callers.close()
    reads.close()
    return Settled(f"what was sent could not be read {SETTLING:g} s later" if patience.is_late else "", whole)


def _deliver(call: Call, callers: Callers, ledger: Ledger, patience: Patience) -> bool:
    """Send a call until it is taken; of one that is given up nobody knows which of its attempts was stored."""
    judged = unanswered(call, "never sent")

    def is_taken() -> bool:
        nonlocal judged
        judged = callers.make(call)
        return judged.good

    ledger.send(call)
    taken = patience.waits(is_taken)
    ledger.enter(call, judged if taken else unanswered(call, judged.label))
    return taken


def _share(plan: Plan, worker: int) -> list[str]:
    devices = plan.device_names[worker :: plan.workers]
    return [*devices, plan.probe_name] if plan.probes and not worker else devices


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
