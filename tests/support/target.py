"""A platform as its clients see it, wherever it runs: two addresses and the right to sign."""

import time
from typing import Any

import httpx

from telemetry_contract.keys import Claims, Keyring, Scope, make_device_key, make_token
from tests.support.waiting import wait_until


class Target:
    """A platform as its clients see it: two addresses and the right to sign."""

    def __init__(self, producer_url: str, analytics_url: str, keyring: Keyring, *, queued: bool) -> None:
        self.producer_url = producer_url
        self.analytics_url = analytics_url
        self.keyring = keyring
        self.queued = queued

    @property
    def accepted(self) -> tuple[int, str]:
        """The status code and the word with which this platform accepts one new reading."""
        return (202, "queued") if self.queued else (200, "stored")

    def device_headers(self, device: str, generation: int = 0) -> dict[str, str]:
        return {"authorization": f"Bearer {make_device_key(self.keyring, device, generation)}"}

    def token_headers(self, *scopes: Scope, expires_in: float = 3600) -> dict[str, str]:
        claims = Claims("tests", scopes, int(time.time() + expires_in))
        return {"authorization": f"Bearer {make_token(self.keyring, claims)}"}

    def send(self, device: str, readings: object, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        url = f"{self.producer_url}/api/v1/devices/{device}/readings"
        options.setdefault("headers", self.device_headers(device))
        return httpx.post(url, json=readings, **options)

    def send_many(self, readings: object, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        options.setdefault("headers", self.token_headers(Scope.WRITE))
        return httpx.post(f"{self.producer_url}/api/v1/readings", json=readings, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        options.setdefault("headers", self.token_headers(Scope.READ))
        return httpx.get(f"{self.analytics_url}/api/v1{path}", **options)

    def digest(self, *devices: str) -> tuple[int, str]:
        answer = self.get("/digest", params={"device": list(devices)}).raise_for_status().json()
        return answer["count"], answer["digest"]

    def until_stored(self, count: int, *devices: str) -> None:
        """Wait until exactly so many readings of these devices are visible."""
        wait_until(lambda: self.digest(*devices)[0] == count, what=f"{count} readings of {devices} are visible")
