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


def probe(producer: str, analytics: str, keyring: Keyring) -> float:
    """Write a reading and return after how many seconds it could be read.

    Raises:
        ProbeError: it was not accepted, or did not become visible in time.
    """
    moment = format_time(int(time.time() * MICROSECONDS_PER_SECOND))
    # The certificate is not verified: it is for the name that clients use, and these are our own processes.
    with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False, verify=unverified()) as client:
        begun = time.monotonic()
        _write(client, producer, moment, keyring)
        while not _is_visible(client, analytics, moment, keyring):
            if time.monotonic() > begun + VISIBLE_SECONDS:
                raise ProbeError(f"a reading was accepted, and is not visible after {VISIBLE_SECONDS:.0f} s")
            time.sleep(PAUSE_SECONDS)
        return time.monotonic() - begun


def unverified() -> ssl.SSLContext:
    """A context for our own processes, whose certificates are for the name that clients use."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _write(client: httpx.Client, producer: str, moment: str, keyring: Keyring) -> None:
    url = f"{producer}/api/v1/devices/{DEVICE}/readings"
    headers = {"Authorization": f"Bearer {make_device_key(keyring, DEVICE)}"}
    deadline = time.monotonic() + VISIBLE_SECONDS
    while True:
        answer = _request(client, "POST", url, headers, {"device": DEVICE, "time": moment, "metrics": {METRIC: True}})
        if answer.is_success:
            return
        # 503 is an answer of a platform that has only just begun; it says to come again.
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            raise ProbeError(f"a reading was not accepted: {answer.status_code} {answer.text.strip()}")
        time.sleep(PAUSE_SECONDS)


def _is_visible(client: httpx.Client, analytics: str, moment: str, keyring: Keyring) -> bool:
    claims = Claims("telemetryctl", (Scope.READ,), int(time.time()) + TOKEN_SECONDS)
    headers = {"Authorization": f"Bearer {make_token(keyring, claims)}"}
    answer = _request(client, "GET", f"{analytics}/api/v1/devices/{DEVICE}/latest", headers)
    if not answer.is_success:
        return False
    newest = msgspec.json.decode(answer.content, type=Latest).metrics.get(METRIC)
    return newest is not None and newest.time >= moment


def _request(
    client: httpx.Client, method: str, url: str, headers: dict[str, str], body: object = None
) -> httpx.Response:
    try:
        return client.request(method, url, headers=headers, json=body)
    except httpx.HTTPError as error:
        raise ProbeError(f"no answer from {url}: {error}") from error
