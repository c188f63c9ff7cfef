"""The proof that a platform works: a synthetic reading, written with a device's key and read back."""

import ssl
import time
from typing import Final

import httpx
import msgspec

from telemetry_contract.api import Latest
from telemetry_contract.keys import Claims, Keyring, Scope, make_device_key, make_token
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_operator.errors import PlatformError

DEVICE: Final = "_probe"
METRIC: Final = "up"
VISIBLE_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 0.1
ANSWER_SECONDS: Final = 10.0
TOKEN_SECONDS: Final = 60


class ProbeError(PlatformError):
    """The platform runs, and a reading does not pass through it."""


class _Problem(msgspec.Struct):
    code: str
    title: str = ""
    detail: str = ""


def probe(producer: str, analytics: str, keyring: Keyring, *, patience: float = VISIBLE_SECONDS) -> float:
    """Write a reading and return after how many seconds it could be read.

    `patience` is for how many seconds it may be refused with 503, and then for how many it may be invisible.

    Raises:
        ProbeError: it was not accepted, or did not become visible in time.
    """
    moment = format_time(int(time.time() * MICROSECONDS_PER_SECOND))
    # The certificate is not verified: it is for the name that clients use, and these are our own processes.
    with httpx.Client(timeout=min(ANSWER_SECONDS, patience), trust_env=False, verify=unverified()) as client:
        begun = time.monotonic()
        _write(client, producer, moment, keyring, patience)
        accepted = time.monotonic()
        while not (answer := _read(client, analytics, keyring)).is_success or not _shows(answer, moment):
            if time.monotonic() > accepted + patience:
                why = "" if answer.is_success else f": {_told(answer)}"
                raise ProbeError(f"a reading was accepted, and is not visible after {patience:.0f} s{why}")
            time.sleep(PAUSE_SECONDS)
        return time.monotonic() - begun


def unverified() -> ssl.SSLContext:
    """A context for our own processes, whose certificates are for the name that clients use."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _write(client: httpx.Client, producer: str, moment: str, keyring: Keyring, patience: float) -> None:
    url = f"{producer}/api/v1/devices/{DEVICE}/readings"
    headers = {"Authorization": f"Bearer {make_device_key(keyring, DEVICE)}"}
    deadline = time.monotonic() + patience
    while True:
        answer = _request(client, "POST", url, headers, {"device": DEVICE, "time": moment, "metrics": {METRIC: True}})
        if answer.is_success:
            return
        # 503 is an answer of a platform that has only just begun; it says to come again.
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            raise ProbeError(f"a reading was not accepted: {_told(answer)}")
        time.sleep(PAUSE_SECONDS)


def _read(client: httpx.Client, analytics: str, keyring: Keyring) -> httpx.Response:
    claims = Claims("telemetryctl", (Scope.READ,), int(time.time()) + TOKEN_SECONDS)
    headers = {"Authorization": f"Bearer {make_token(keyring, claims)}"}
    return _request(client, "GET", f"{analytics}/api/v1/devices/{DEVICE}/latest", headers)


def _shows(answer: httpx.Response, moment: str) -> bool:
    try:
        newest = msgspec.json.decode(answer.content, type=Latest).metrics.get(METRIC)
    except msgspec.MsgspecError:
        return False
    return newest is not None and newest.time >= moment


def _told(answer: httpx.Response) -> str:
    """An answer in words: those of its problem, without what differs from one time to the next."""
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.MsgspecError:
        return f"{answer.status_code} {answer.text.strip()}"
    return f"{answer.status_code} {problem.detail or problem.title or problem.code}"


def _request(
    client: httpx.Client, method: str, url: str, headers: dict[str, str], body: object = None
) -> httpx.Response:
    try:
        return client.request(method, url, headers=headers, json=body)
    except httpx.HTTPError as error:
        raise ProbeError(f"no answer from {url}: {error}") from error
