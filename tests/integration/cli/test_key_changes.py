"""Secrets rotated and keys revoked while requests flow: nobody is refused who should not be, and who should be is."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from telemetry_contract.keys import Claims, Scope, make_device_key, make_token, parse_keyring
from telemetry_contract.settings import Component
from telemetry_operator.client.enforcement import await_verdict
from telemetry_operator.commands.rotation import await_new_secret
from telemetry_operator.local.credentials import revoke, rotate
from tests.integration.cli.conftest import Start, addresses_of
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

SENDERS = 3


@pytest.fixture
def platform(start: Start, database_url: str) -> RunningPlatform:
    """Direct writes, and two producers on one port."""
    platform = start("baseline", postgres_url=database_url)
    platform.process(Component.PRODUCER, 1).start().until_ready()
    return platform


class Load:
    """Clients that sign with what the keys file says now, and others that keep the key they were given at first."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._platform = platform
        self._file = platform.directory / "keys.json"
        self._given = make_device_key(parse_keyring(self._file.read_bytes()), "given")
        self._stop = threading.Event()
        self.seen: Counter[tuple[str, str, int]] = Counter()  # who, which secret, which answer

    @contextmanager
    def flowing(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._run, args=(f"d{number}",)) for number in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def count(self, kid: str) -> int:
        return sum(count for (_, name, _), count in self.seen.items() if name == kid)

    def _run(self, device: str) -> None:
        while not self._stop.is_set():
            keyring = parse_keyring(self._file.read_bytes())
            reader = make_token(keyring, Claims("reader", (Scope.READ,), int(time.time()) + 60))
            self._send(device, make_device_key(keyring, device))
            self._send("given", self._given)
            answer = httpx.get(f"{self._platform.analytics_url}/api/v1/stats", headers=_bearer(reader))
            self._note("reader", reader, answer)

    def _send(self, device: str, key: str) -> None:
        reading = {"time": "2100-01-01T00:00:00Z", "metrics": {"t": 1}}  # refused, but only after the key is accepted
        url = f"{self._platform.producer_url}/api/v1/devices/{device}/readings"
        self._note(device, key, httpx.post(url, json=reading, headers=_bearer(key)))

    def _note(self, who: str, credential: str, answer: httpx.Response) -> None:
        self.seen[who, credential.partition(".")[0], answer.status_code] += 1


def _bearer(credential: str) -> dict[str, str]:
    return {"authorization": f"Bearer {credential}"}


def test_no_request_is_refused_while_a_secret_is_rotated(platform: RunningPlatform) -> None:
    file, load = platform.directory / "keys.json", Load(platform)
    with load.flowing():
        wait_until(lambda: load.count("k1") > 50, what="requests flow")
        with rotate(file, 0) as rotation:
            await_new_secret(addresses_of(platform), rotation.keyring)
        wait_until(lambda: load.count("k2") > 200, what="requests are signed with the new secret")
    assert {status for _, _, status in load.seen} == {422, 200}, load.seen
    assert load.seen["given", "k1", 422] > 50


def test_a_secret_that_went_is_refused_and_the_one_before_is_not(platform: RunningPlatform) -> None:
    file, addresses = platform.directory / "keys.json", addresses_of(platform)
    signed = []
    for _ in range(2):
        signed.append(make_device_key(parse_keyring(file.read_bytes()), "d1"))
        with rotate(file, 0, drop=True) as rotation:
            await_new_secret(addresses, rotation.keyring)
    await_verdict(addresses.producer, addresses.analytics, "d1", signed[0], accepted=False)
    await_verdict(addresses.producer, addresses.analytics, "d1", signed[1], accepted=True)


def test_a_revoked_key_is_refused_in_time_and_the_next_one_is_good(platform: RunningPlatform) -> None:
    addresses, keyring = addresses_of(platform), parse_keyring((platform.directory / "keys.json").read_bytes())
    old, new = make_device_key(keyring, "d1", 0), make_device_key(keyring, "d1", 1)
    await_verdict(addresses.producer, addresses.analytics, "d1", old, accepted=True)
    revoke(Path(platform.revocations_file), "d1")
    await_verdict(addresses.producer, addresses.analytics, "d1", old, accepted=False)
    await_verdict(addresses.producer, addresses.analytics, "d1", new, accepted=True)
    await_verdict(addresses.producer, addresses.analytics, "d2", make_device_key(keyring, "d2"), accepted=True)
