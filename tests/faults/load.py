"""The load under which faults happen: devices and a gateway that send as `telemetryctl send` does, and a reader.

It is bounded in count and time. What is not accepted is sent again with the same ids until it is, so when the block
ends every reading is acknowledged; some are sent twice from the start.
"""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Final, Self

import httpx

from telemetry_contract.identity import identify
from telemetry_contract.keys import Keyring, Scope
from telemetry_contract.readings import Reading, Value
from telemetry_operator.client.books import Books
from telemetry_operator.client.credentials import DeviceKeys, SigningGateway
from telemetry_operator.client.ingest import Limits
from telemetry_operator.client.retry import Backoff
from telemetry_operator.client.sending import Bounds, Target, send
from tests.support.target import Target as Seen
from tests.support.waiting import wait_until

RATE: Final = 500  # readings a second
MOST: Final = 60_000  # readings
SECONDS: Final = 150.0
DEVICES: Final = 12
REPEATED: Final = 20  # every so many readings, one is sent twice
TICK: Final = 0.02  # seconds
READ_PAUSE: Final = 0.1
READ_SECONDS: Final = 40.0  # a patient reader's, who waits for longer than a fault lasts
# Patience ends after any fault that a platform recovers from.
LIMITS: Final = Limits(batch=50, linger=0.05, requests=16, patience=120, backoff=Backoff(first=0.05, longest=0.5))
# No answer, an answer, a device that is not stored yet, an outage.
READ_STATUSES: Final = frozenset({0, 200, 404, 503})


class Senders:
    """Half of the devices have keys of their own, the others send through one gateway."""

    def __init__(self, keyring: Keyring) -> None:
        self._devices = DeviceKeys(keyring)
        self._gateway = SigningGateway(keyring, "gateway")

    def lane_of(self, device: str) -> tuple[str, str]:
        return (self._gateway if device.endswith(("0", "2", "4", "6", "8")) else self._devices).lane_of(device)


class Load:
    """Sends for as long as the block lasts, from a thread of its own.

    `sent` are identities, `age` is in µs, `rate` in readings a second; after `seconds` it ends by itself.
    """

    def __init__(
        self, platform: Seen, name: str, *, age: int = 0, rate: float = RATE, seconds: float = SECONDS
    ) -> None:
        self.books = Books()
        self.sent: set[bytes] = set()
        self.reads: Counter[int] = Counter()
        self.target = target_of(platform)
        self.devices = [f"{name}-{number}" for number in range(DEVICES)]
        self._platform = platform
        self._age = age
        self._rate = rate
        self._seconds = seconds
        self._stopping = threading.Event()
        self._failures: list[Exception] = []
        self._threads = [threading.Thread(target=self._run, args=(it,), daemon=True) for it in (self._send, self._read)]

    @property
    def acknowledged(self) -> set[bytes]:
        """Identities; to be asked for when the block has ended."""
        return set().union(*(book.identities for book in self.books.devices.values()))

    def until_more(self, count: int = 200) -> None:
        """Wait until so many more readings are acknowledged."""
        wanted = self.books.acknowledged.total() + count

        def is_done() -> bool:
            self._raise()
            return self.books.acknowledged.total() >= wanted

        wait_until(is_done, what=f"{wanted} readings are acknowledged", timeout=90)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if kind is None:
            self._raise()

    def _raise(self) -> None:
        if self._failures:
            raise self._failures[0]

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whoever ends the load is told
            self._failures.append(error)

    def _send(self) -> None:
        asyncio.run(self._send_all())

    async def _send_all(self) -> None:
        # Its source ends the sending, not `stop`: what was drawn from it is delivered.
        bounds = Bounds(MOST, self._seconds)
        await send(self.target, self._readings(), self.books, stop=asyncio.Event(), bounds=bounds, limits=LIMITS)

    async def _readings(self) -> AsyncGenerator[Reading, None]:
        begun, number = time.monotonic(), 0
        while not self._stopping.is_set():
            await asyncio.sleep(TICK)
            while number < (time.monotonic() - begun) * self._rate and not self._stopping.is_set():
                reading = self._reading(number)
                self.sent.add(identify(reading).identity)
                for _ in range(2 if number % REPEATED == 0 else 1):
                    yield reading
                number += 1

    def _reading(self, number: int) -> Reading:
        """Return one of which every third has no id of the client's."""
        device = self.devices[number % DEVICES]
        metrics: dict[str, Value] = {"number": number, "temperature": 20 + number % 100 / 10, "running": True}
        own = None if number % 3 == 0 else f"{number}"
        return Reading(device, time.time_ns() // 1000 - self._age, metrics, own)

    def _read(self) -> None:
        headers = self._platform.token_headers(Scope.READ)
        paths = [f"/devices/{self.devices[0]}/latest", f"/devices/{self.devices[1]}/readings", "/devices"]
        with httpx.Client(
            base_url=f"{self._platform.analytics_url}/api/v1", headers=headers, timeout=READ_SECONDS
        ) as http:
            while not self._stopping.wait(READ_PAUSE):
                try:
                    status = http.get(random.choice(paths)).status_code
                except httpx.TransportError:
                    status = 0
                self.reads[status] += 1
                assert status in READ_STATUSES, f"a reader was answered {status}"


def target_of(platform: Seen) -> Target:
    """Return a platform as the client of `telemetryctl send` takes it."""
    reader = platform.token_headers(Scope.READ)["authorization"].removeprefix("Bearer ")
    return Target(platform.producer_url, platform.analytics_url, Senders(platform.keyring), reader)
