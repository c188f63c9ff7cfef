"""Resident memory of each service under load, round by round: what it comes to, and whether it goes on growing.

A round sends readings one by one and in batches, asks for newest values and ranges, and waits until everything that was
sent is stored; then everybody is looked at.
"""

from collections.abc import Callable
from itertools import accumulate
from typing import Final

import psutil
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

from telemetry_contract.architecture import PRESETS, Store, Writes
from telemetry_contract.keys import Scope, make_device_key
from telemetry_contract.settings import Component
from tools.bench.paths import LATEST_PATH
from tools.bench.plans import Http, Measured, Timing
from tools.bench.processes import measure
from tools.bench.readings import name_devices
from tools.bench.rows import POST_PATH, QUEUED
from tools.bench.site import Site
from tools.growth.results import Look, Memory

DEVICES: Final = 5000
BATCH: Final = 100
SINGLE_CONNECTIONS: Final = 64
BATCH_CONNECTIONS: Final = 8
READ_CONNECTIONS: Final = 32
RANGE_PATH: Final = "/api/v1/devices/{device}/readings?limit=100"
STORE_SECONDS: Final = 300.0
READINGS: Final = "readings"
REQUESTS: Final = "requests"


class Rounds:
    """Drives one platform whose programs all run."""

    def __init__(self, site: Site, platform: RunningPlatform, preset: str, seconds: float) -> None:
        self._site = site
        self._platform = platform
        self._choices = PRESETS[preset]
        self._preset = preset
        self._timing = Timing(warm=0.0, seconds=seconds)
        self._devices = name_devices(DEVICES)
        self._keys = [make_device_key(platform.keyring, device) for device in self._devices]
        self._token = platform.token_headers(Scope.READ, expires_in=86_400)["authorization"].removeprefix("Bearer ")
        self._looks: dict[Component, list[tuple[int, int]]] = {it: [] for it in platform.components}

    def run(self, rounds: int, done: Callable[[], None]) -> list[Memory]:
        for _ in range(rounds):
            self._round()
            done()
        return [self._memory(component, warm=rounds // 3) for component in self._platform.components]

    def _round(self) -> None:
        before = self._stored()
        sent = self._post(SINGLE_CONNECTIONS, 1).count + self._post(BATCH_CONNECTIONS, BATCH).count * BATCH
        # What was under way when the time was up is sent as well, and not in the count.
        wait_until(lambda: self._stored() >= before + sent, what="all is stored", timeout=STORE_SECONDS)
        asked = self._get(LATEST_PATH).count + self._get(RANGE_PATH).count
        for component, looks in self._looks.items():
            units = asked if component is Component.ANALYTICS else sent
            looks.append((units, psutil.Process(self._platform.process(component).pid).memory_info().rss))

    def _post(self, connections: int, batch: int) -> Measured:
        port = self._site.producer(self._preset, "memory").port
        expected = QUEUED if self._choices.writes is Writes.KAFKA else 200
        return self._request(port, POST_PATH, self._keys, connections, expected=expected, batch=batch)

    def _get(self, path: str) -> Measured:
        port = self._site.analytics(self._preset, "memory").port
        return self._request(port, path, [self._token], READ_CONNECTIONS, expected=200, batch=0)

    def _request(
        self, port: int, path: str, credentials: list[str], connections: int, *, expected: int, batch: int
    ) -> Measured:
        plan = Http(
            timing=self._timing,
            port=port,
            path=path,
            devices=self._devices,
            credentials=credentials,
            connections=connections,
            expected=expected,
            batch=batch,
        )
        return measure(plan, self._site.layout.load)

    def _stored(self) -> int:
        component = Component.PRODUCER if self._choices.writes is Writes.DIRECT else Component.CONSUMER
        name, labels = STORED[component]
        return int(self._platform.process(component).metric(name, **labels))

    def _memory(self, component: Component, *, warm: int) -> Memory:
        looks = self._looks[component]
        units = accumulate(units for units, _ in looks)
        found = [Look(units=count, resident=resident) for count, (_, resident) in zip(units, looks, strict=True)]
        keeps = component is Component.CONSUMER and self._choices.store is Store.MEMORY
        process = self._platform.process(component)
        return Memory(
            preset=self._preset,
            service=component.value,
            unit=REQUESTS if component is Component.ANALYTICS else READINGS,
            warm=warm,
            looks=found,
            held=int(process.metric("telemetry_memory_readings")) if keeps else 0,
            bytes_per_reading=process.metric("telemetry_memory_bytes_per_reading") if keeps else 0.0,
        )


STORED: Final = {
    Component.PRODUCER: ("telemetry_readings_total", {"status": "stored"}),
    Component.CONSUMER: ("telemetry_consumer_readings_total", {"outcome": "stored"}),
}
