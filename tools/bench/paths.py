"""The rows as measurements: requests to the running programs, and a backlog that the consumer drains."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import psycopg
from tests.support.platform import Process, RunningPlatform

from telemetry_contract.keys import make_device_key
from telemetry_contract.settings import Component
from telemetry_contract.topics import readings_topic
from telemetry_operator.environment import topic_prefix
from tools.bench.meters import Meter
from tools.bench.plans import Backlog, Http, Measured, Timing
from tools.bench.processes import Measurement, MeasurementError, measure
from tools.bench.readings import name_devices
from tools.bench.results import Settings, subject_of
from tools.bench.rows import POST_PATH, Kind, Row
from tools.bench.site import Endpoint, Site

LATEST_PATH: Final = "/api/v1/devices/{device}/latest"
PROGRAM: Final = "program"
DRAIN: Final = "drain"
DRAIN_SECONDS: Final = 180.0
LOOK_SECONDS: Final = 0.05

Connection = psycopg.Connection[Any]

STORED: Final = "SELECT coalesce(sum(stored), 0)::bigint FROM stream_partitions"
EMPTY_TABLES: Final = "TRUNCATE readings, latest, device_counts"


class Paths:
    """Builds the measurements of rows on a site."""

    def __init__(self, site: Site, settings: Settings) -> None:
        self._site = site
        self._settings = settings

    def measurements(self, row: Row) -> Iterator[Measurement]:
        for preset in row.presets:
            subject = subject_of(row.name, preset)
            if row.kind is Kind.DRAIN:
                prepare = partial(self._site.platform, preset, DRAIN)
                yield Measurement(subject, 0, prepare, partial(self._drain, row, preset))
                continue
            take = self._post if row.kind is Kind.POST else self._get
            for connections in row.connections:
                start = partial(self._start, row, preset)
                yield Measurement(subject, connections, start, partial(take, row, preset, connections))

    def _start(self, row: Row, preset: str) -> None:
        self._site.producer(preset)
        if row.kind is Kind.GET:
            self._site.analytics(preset)
            self._site.seed(preset, row.devices)

    def _post(self, row: Row, preset: str, connections: int) -> Measured:
        devices = name_devices(row.devices)
        keyring = self._site.platform(preset).keyring
        keys = [make_device_key(keyring, device) for device in devices]
        program = self._site.producer(preset)
        return self._request(row, preset, program, path=POST_PATH, credentials=keys, connections=connections)

    def _get(self, row: Row, preset: str, connections: int) -> Measured:
        token = self._site.read_token(preset)
        program = self._site.analytics(preset)
        return self._request(row, preset, program, path=LATEST_PATH, credentials=[token], connections=connections)

    def _request(
        self, row: Row, preset: str, program: Endpoint, *, path: str, credentials: list[str], connections: int
    ) -> Measured:
        plan = Http(
            timing=self._settings.timing,
            watch={PROGRAM: program.pid} | self._site.servers(preset),
            port=program.port,
            path=path,
            devices=name_devices(row.devices),
            credentials=credentials,
            connections=connections,
            expected=row.expected,
            batch=row.readings if row.kind is Kind.POST else 0,
        )
        return measure(plan, self._site.layout.load)

    def _drain(self, row: Row, preset: str) -> Measured:
        """Produce a backlog with the consumer stopped, then start it and time the storing."""
        platform = self._site.platform(preset, DRAIN)
        self._produce(row, platform)
        with psycopg.connect(str(platform.endpoints.postgres_url), autocommit=True) as connection:
            connection.execute(EMPTY_TABLES)
            connection.execute("CHECKPOINT")
            before = _stored(connection)
            process = self._site.start_consumer(platform)
            try:
                return self._watch(connection, process, before, preset)
            finally:
                process.stop()

    def _produce(self, row: Row, platform: RunningPlatform) -> None:
        plan = Backlog(
            timing=Timing(0, 0),
            bootstrap=self._site.kafka.url,
            topic=readings_topic(topic_prefix(platform.platform)),
            devices=name_devices(row.devices),
            readings=row.readings,
            records=self._settings.backlog // row.readings,
        )
        measure(plan, self._site.layout.program)

    def _watch(self, connection: Connection, process: Process, before: int, preset: str) -> Measured:
        """Time from when the consumer has its partitions: its own start and joining the group do not count."""
        process.until_ready()
        first = _stored(connection)
        meter = Meter({PROGRAM: process.pid} | self._site.servers(preset))
        begun = time.perf_counter()
        wanted = before + self._settings.backlog
        last = _until(connection, wanted, process)
        seconds = time.perf_counter() - begun
        wrong = {"stored more than once": last - wanted} if last > wanted else {}
        return Measured(count=last - first, seconds=seconds, cpu=meter.shares(seconds), wrong=wrong)


def _until(connection: Connection, count: int, process: Process) -> int:
    until = time.monotonic() + DRAIN_SECONDS
    while (found := _stored(connection)) < count:
        if time.monotonic() > until:
            log = process.log.read_text()[-2000:]
            raise MeasurementError(f"{Component.CONSUMER}: {found} of {count} readings are stored; {log}")
        time.sleep(LOOK_SECONDS)
    return found


def _stored(connection: Connection) -> int:
    row = connection.execute(STORED).fetchone()
    return int(row[0]) if row else 0
