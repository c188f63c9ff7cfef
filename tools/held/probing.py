"""How fresh reads are beside a load: readings of one device, followed from acknowledgement until they can be read.

What is looked for is the newest value as a client reads it, caches and all. The device is read all the time, so where
there is a cache its entry is nearly always as old as it may be: the worst that a reader can meet.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
from tests.support.platform import RunningPlatform

from telemetry_contract.keys import Scope
from telemetry_contract.times import format_time
from tools.held.results import Freshness

DEVICE: Final = "bench-freshness"
PERIOD_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 0.01
PATIENCE_SECONDS: Final = 30.0


class Prober:
    """Sends one reading after the other, and looks for it."""

    def __init__(self, platform: RunningPlatform, stop: threading.Event) -> None:
        self._platform = platform
        self._stop = stop
        self._key = platform.device_headers(DEVICE)
        self._token = platform.token_headers(Scope.READ, expires_in=86_400)
        self._seconds: list[float] = []
        self._at_first_look = 0
        self._unseen = 0

    def run(self) -> None:
        with httpx.Client(timeout=10.0) as client:
            number = 0
            while not self._stop.wait(PERIOD_SECONDS):
                number += 1
                try:
                    self._probe(client, number)
                except httpx.TransportError:
                    self._unseen += 1

    def freshness(self) -> Freshness:
        return Freshness(seconds=self._seconds, at_first_look=self._at_first_look, unseen=self._unseen)

    def _probe(self, client: httpx.Client, number: int) -> None:
        reading = {"time": format_time(time.time_ns() // 1000), "metrics": {"number": number}}
        url = f"{self._platform.producer_url}/api/v1/devices/{DEVICE}/readings"
        if client.post(url, json=reading, headers=self._key).is_error:
            return  # refused: then nothing is promised, and the load's own account has the refusals
        acknowledged, looks = time.monotonic(), 0
        while not self._shows(client, number):
            looks += 1
            if time.monotonic() - acknowledged > PATIENCE_SECONDS:
                self._unseen += 1
                return
            if self._stop.is_set():
                return
            time.sleep(LOOK_SECONDS)
        self._at_first_look += looks == 0
        self._seconds.append(round(time.monotonic() - acknowledged, 4))

    def _shows(self, client: httpx.Client, number: int) -> bool:
        url = f"{self._platform.analytics_url}/api/v1/devices/{DEVICE}/latest"
        answer = client.get(url, headers=self._token)
        if answer.is_error:
            return False
        body: dict[str, Any] = answer.json()
        return bool(body["metrics"]["number"]["value"] >= number)


@contextmanager
def probing(platform: RunningPlatform) -> Iterator[Prober]:
    """Probe in a thread of its own."""
    stop = threading.Event()
    prober = Prober(platform, stop)
    thread = threading.Thread(target=prober.run, name="probing")
    thread.start()
    try:
        yield prober
    finally:
        stop.set()
        thread.join()
