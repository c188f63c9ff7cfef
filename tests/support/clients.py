"""Clients that send over HTTP whatever goes wrong, and send again with the same ids until it is right."""

import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

import httpx

from telemetry_contract.identity import identify
from telemetry_contract.keys import Scope
from telemetry_contract.readings import Reading
from telemetry_contract.times import format_time
from tests.support.target import Target

RETRY_SECONDS = 0.05
ANSWER_SECONDS = 20.0
AGAIN = (429, 503)


class Clients:
    """Gateways that send small batches of many devices, for as long as the block lasts; then each is acknowledged.

    `sent` and `acknowledged` are sets of identities; `statuses` counts the answers, 0 where there was none.
    """

    def __init__(self, target: Target, *, clients: int = 8, devices: int = 10) -> None:
        self.sent: set[bytes] = set()
        self.acknowledged: set[bytes] = set()
        self.statuses: Counter[int] = Counter()
        self._target = target
        self._devices = devices
        self._stopping = threading.Event()
        self._failures: list[Exception] = []
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(clients)]

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
        if kind is None and self._failures:
            raise self._failures[0]

    def _run(self, client: int) -> None:
        headers = self._target.token_headers(Scope.WRITE)
        with httpx.Client(base_url=self._target.producer_url, headers=headers, timeout=ANSWER_SECONDS) as http:
            number = 0
            while not self._stopping.is_set() and not self._failures:
                try:
                    self._send(http, self._readings(client, number))
                except Exception as error:  # noqa: BLE001 - whoever ends the load is told
                    self._failures.append(error)
                number += 1

    def _readings(self, client: int, number: int) -> list[Reading]:
        """Return a reading of each device, in another order for each client: all meet the same rows."""
        now = time.time_ns() // 1000
        names = [f"load-{(client * 3 + number) % self._devices:02d}" for number in range(self._devices)]
        turned = names if client % 2 else names[::-1]
        return [Reading(name, now, {"n": number}, f"{client}-{number}") for name in turned]

    def _send(self, http: httpx.Client, readings: list[Reading]) -> None:
        identities = {identify(reading).identity for reading in readings}
        self.sent |= identities
        body = [
            {"device": it.device, "time": format_time(it.time), "metrics": it.metrics, "id": it.id} for it in readings
        ]
        while True:
            try:
                status = http.post("/api/v1/readings", json=body).status_code
            except httpx.TransportError:
                status = 0
            self.statuses[status] += 1
            if status in {200, 202}:
                self.acknowledged |= identities
                return
            assert status in {0, *AGAIN}, f"answered {status}"
            time.sleep(RETRY_SECONDS)
