"""How long a platform takes to be whole again, as a client sees it: measured and reported, never asserted."""

import time
from typing import Final

import httpx
import msgspec

from telemetry_contract.identity import identify
from telemetry_contract.keys import Scope
from telemetry_contract.readings import Reading
from telemetry_contract.times import format_time
from tests.faults.stage import Stage
from tests.support.waiting import wait_until

PATIENCE: Final = 100.0  # seconds; whoever takes longer does not recover
REQUEST_SECONDS: Final = 2.0


class Recovery(msgspec.Struct, frozen=True):
    """Seconds from the repair until a new reading was acknowledged, and until it was visible to readers."""

    accepts: float
    shows: float


def recover(stage: Stage, since: float) -> Recovery:
    """Send a reading until it is acknowledged, and ask until it is seen; `since` is a monotonic time."""
    reading = Reading(f"probe-{next(stage.numbers)}", time.time_ns() // 1000, {"value": 1}, "probe")
    identity = identify(reading).identity
    stage.sent.add(identity)
    wait_until(lambda: _is_accepted(stage, reading), what="a new reading is accepted", timeout=PATIENCE)
    accepts = time.monotonic() - since
    stage.acknowledged.add(identity)
    wait_until(lambda: _is_visible(stage, reading.device), what="a new reading is visible", timeout=PATIENCE)
    return Recovery(accepts, time.monotonic() - since)


def _is_accepted(stage: Stage, reading: Reading) -> bool:
    body = {"time": format_time(reading.time), "metrics": reading.metrics, "id": reading.id}
    try:
        return stage.platform.send(reading.device, body, timeout=REQUEST_SECONDS).is_success
    except httpx.TransportError:
        return False


def _is_visible(stage: Stage, device: str) -> bool:
    headers = stage.platform.token_headers(Scope.READ)
    try:
        answer = stage.platform.get(f"/devices/{device}/latest", headers=headers, timeout=REQUEST_SECONDS)
    except httpx.TransportError:
        return False
    return answer.is_success
