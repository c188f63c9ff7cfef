"""Waiting until the services know a change of keys or revocations, by asking them.

Replicas share a port, and each looks at its files when it is asked; so what counts is the same answer on many new
connections in a row, once the time between two looks has passed. Nothing is written by asking: the producer is sent an
empty list, which it refuses only after it knows who sends.
"""

import time
from collections.abc import Callable
from typing import Final

import httpx
import msgspec

from telemetry_contract.problems import Problem, ProblemKind
from telemetry_operator.client.sending import is_here
from telemetry_operator.errors import PlatformError

PATIENCE_SECONDS: Final = 15.0  # a change is in force within 10 s
LOOK_SECONDS: Final = 2.0  # between two looks of a service at its files: whoever is asked later has looked
IN_A_ROW: Final = 8
_UNSEEN: Final = {ProblemKind.DRAINING.code, ProblemKind.SATURATED.code}  # said before the key is looked at
_PAUSE_SECONDS: Final = 0.1
_ANSWER_SECONDS: Final = 5.0


class NotInForceError(PlatformError):
    """A service does not act by the change."""


def await_verdict(producer: str, analytics: str, device: str, key: str, *, accepted: bool) -> float:
    """Return after how many seconds both services accept or refuse a device's key.

    Raises:
        NotInForceError: one of them does not in time, or does not answer.
    """
    begun = time.monotonic()
    time.sleep(LOOK_SECONDS)
    headers = {"Authorization": f"Bearer {key}"}
    readings = f"{producer}/api/v1/devices/{device}/readings"
    _await("producer", lambda: _ask("POST", readings, headers), begun, accepted=accepted)
    _await("analytics", lambda: _ask("GET", f"{analytics}/api/v1/devices/{device}", headers), begun, accepted=accepted)
    return time.monotonic() - begun


def _ask(method: str, url: str, headers: dict[str, str]) -> bool | None:
    """Tell whether a key is accepted, on a connection of its own; `None` where the service did not look at it."""
    body = b"[]" if method == "POST" else None
    kind = {"Content-Type": "application/json"} if body else {}
    try:
        beyond = not is_here(url)  # a certificate is for the name that other machines use
        with httpx.Client(trust_env=beyond, verify=beyond, timeout=_ANSWER_SECONDS) as client:
            answer = client.request(method, url, headers=headers | kind, content=body)
    except httpx.TransportError:
        return None
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return False
    return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and _code(answer) in _UNSEEN else True


def _code(answer: httpx.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=Problem).code
    except msgspec.MsgspecError:
        return ProblemKind.SATURATED.code


def _await(service: str, ask: Callable[[], bool | None], begun: float, *, accepted: bool) -> None:
    in_a_row = 0
    while in_a_row < IN_A_ROW:
        verdict = ask()
        in_a_row = in_a_row + 1 if verdict is accepted else 0
        if in_a_row == 0:
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise _not_in_force(service, verdict)
            time.sleep(_PAUSE_SECONDS)


def _not_in_force(service: str, verdict: bool | None) -> NotInForceError:  # noqa: FBT001 - what was heard last
    if verdict is None:
        return NotInForceError(f"{service} gave no answer for {PATIENCE_SECONDS:g} s", hint="telemetryctl status")
    does = "accepts" if verdict else "refuses"
    hint = f"the file is changed; `telemetryctl logs {service}` says whether it could be read"
    return NotInForceError(f"after {PATIENCE_SECONDS:g} s {service} still {does} the key", hint=hint)
