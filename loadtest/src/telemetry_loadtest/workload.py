"""What each arrival asks for: endpoint, device, body, all from the seed and the arrival's number.

A reading's metrics are taken from a small pool that the simulated fleet filled beforehand: making them on the spot
would cost more than sending them, and would count as the generator's delay. Its time is when its request is due, its id
is the client's, so that its identity is known without its content.
"""

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Final

import msgspec

from telemetry_contract.identity import identity_by_client
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_loadtest.arrivals import Arrival
from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.fleet import Faults, Fleet
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.schedule import Uniform
from telemetry_loadtest.signals import mixed, uniform

POOL: Final = 256  # different sets of metrics
PAGE: Final = 50  # readings that `history` asks for
METRIC: Final = "temperature"  # that `aggregate` asks for
BUCKET: Final = "1m"
_CHOICE, _DEVICE = 0xC401CE, 0xDE71CE


class Service(StrEnum):
    """Which of the platform's two addresses a request goes to."""

    PRODUCER = "producer"
    ANALYTICS = "analytics"


class Written(msgspec.Struct, frozen=True, gc=False):
    """A reading that a request carries, as the books know it."""

    device: str
    time: int
    identity: bytes


class Call(msgspec.Struct, frozen=True):
    """One request; `device` is whom it is about, `written` what it carries."""

    endpoint: Endpoint
    service: Service
    method: str
    path: str
    credential: str
    body: bytes
    device: str
    written: tuple[Written, ...] = ()


class Workload:
    """Makes the calls of one run that begins at `begin` (µs since the epoch)."""

    def __init__(self, plan: Plan, credentials: Credentials, begin: int) -> None:
        self._plan = plan
        self._begin = begin
        self._devices = plan.device_names
        self._endpoints = list(plan.weights)
        self._ends = list(accumulate(plan.weights.values()))
        self._metrics = metrics_pool(plan.seed)
        self._reader = credentials.reader
        self._gateways = credentials.gateways
        self._key_of = credentials.key_of(plan)

    def call(self, arrival: Arrival) -> Call:
        match self.endpoint_of(arrival.number):
            case Endpoint.INGEST:
                return self._ingest(arrival)
            case Endpoint.BATCH:
                return self._batch(arrival)
            case endpoint:
                return self._read(endpoint, arrival)

    def endpoint_of(self, number: int) -> Endpoint:
        """The endpoint that arrival `number` calls, by the weights."""
        drawn = uniform(self._plan.seed ^ _CHOICE, number) * self._ends[-1]
        return self._endpoints[min(bisect_right(self._ends, drawn), len(self._endpoints) - 1)]

    def first_readings(self, devices: Sequence[str], before: int) -> Call:
        """A batch that gives each device a reading of `before` seconds before the run, so that there is one to read."""
        when = self._begin - before * MICROSECONDS_PER_SECOND
        return self._carrying(Endpoint.BATCH, [(device, when, f"{self._plan.run}-first") for device in devices], 0)

    def probe(self, number: int, now: int) -> Call:
        """A reading of the probes' own device, at `now` (µs), to be looked for afterwards."""
        return self._single(self._plan.probe_name, now, f"{self._plan.run}-probe-{number}", number)

    def latest(self, device: str) -> Call:
        return self._get(Endpoint.LATEST, device, f"/api/v1/devices/{device}/latest")

    def _ingest(self, arrival: Arrival) -> Call:
        device = self._devices[arrival.number % len(self._devices)]
        return self._single(device, self._at(arrival), f"{self._plan.run}-{arrival.number:x}", arrival.number)

    def _single(self, device: str, when: int, name: str, number: int) -> Call:
        body = self._item(device, when, name, number).encode()
        written = (Written(device, when, identity_by_client(device, when, name)),)
        path = f"/api/v1/devices/{device}/readings"
        return Call(Endpoint.INGEST, Service.PRODUCER, "POST", path, self._key_of(device), body, device, written)

    def _batch(self, arrival: Arrival) -> Call:
        """Readings of one gateway's devices, which stand one after the other."""
        size, first, when = self._plan.batch, arrival.number * self._plan.batch, self._at(arrival)
        names = self._devices
        items = [
            (names[(first + place) % len(names)], when + place, f"{self._plan.run}-{arrival.number:x}-{place:x}")
            for place in range(size)
        ]
        return self._carrying(Endpoint.BATCH, items, arrival.number)

    def _carrying(self, endpoint: Endpoint, items: Sequence[tuple[str, int, str]], number: int) -> Call:
        body = ",".join(self._item(*item, number + place) for place, item in enumerate(items))
        written = tuple(Written(device, when, identity_by_client(device, when, name)) for device, when, name in items)
        token = self._gateways[number % len(self._gateways)]
        return Call(endpoint, Service.PRODUCER, "POST", "/api/v1/readings", token, f"[{body}]".encode(), "", written)

    def _item(self, device: str, when: int, name: str, number: int) -> str:
        metrics = self._metrics[number % POOL]
        return f'{{"device":"{device}","time":"{format_time(when)}","metrics":{metrics},"id":"{name}"}}'

    def _read(self, endpoint: Endpoint, arrival: Arrival) -> Call:
        device = self._devices[mixed(self._plan.seed ^ _DEVICE, arrival.number) % len(self._devices)]
        base = f"/api/v1/devices/{device}"
        if endpoint is Endpoint.HISTORY:
            return self._get(endpoint, device, f"{base}/readings?order=desc&limit={PAGE}")
        if endpoint is Endpoint.AGGREGATE:
            now = self._at(arrival)
            begin, end = format_time(now - 900 * MICROSECONDS_PER_SECOND), format_time(now)
            return self._get(
                endpoint, device, f"{base}/aggregate?metric={METRIC}&from={begin}&to={end}&bucket={BUCKET}"
            )
        return self.latest(device)

    def _get(self, endpoint: Endpoint, device: str, path: str) -> Call:
        return Call(endpoint, Service.ANALYTICS, "GET", path, self._reader, b"", device)

    def _at(self, arrival: Arrival) -> int:
        return self._begin + round(arrival.due * MICROSECONDS_PER_SECOND)


@cache
def metrics_pool(seed: int) -> tuple[str, ...]:
    """The metrics of `POOL` readings of a fleet as JSON, all of the same day."""
    fleet = Fleet(POOL, seed, faults=Faults(late=1e-12, repeated=0, dropout=0))
    schedule = Uniform(Fraction(1))
    found = (fleet.arrival(schedule, number) for number in range(POOL))
    return tuple(msgspec.json.encode(one.reading.metrics).decode() for one in found if one is not None)
