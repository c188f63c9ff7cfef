"""The limits as measurements. All but the empty app are clients of a server, on the core of the program under test."""

from collections.abc import Callable
from functools import partial
from typing import Final

import psycopg

from telemetry_contract.topics import readings_topic
from telemetry_operator.environment import topic_prefix
from tools.bench.plans import Groups, Http, Measured, Pipeline, Produce, Rows, Select
from tools.bench.processes import Measurement, measure
from tools.bench.readings import name_devices
from tools.bench.results import Settings
from tools.bench.rows import CONNECTIONS, POST_PATH, QUEUED, Limit
from tools.bench.site import Endpoint, Site

DEVICES: Final = 1000
KEYS: Final = 100
ENTRY_BYTES: Final = 200  # about what an answer of three metrics takes in the cache
PIPELINE: Final = 128  # as the cache's own
GROUP: Final = 256
BATCH: Final = 10_000  # the consumer's default
PRODUCED: Final = {Limit.PRODUCE: (1, 256), Limit.PRODUCE_100: (100, 64)}
"""Readings a record, and records outstanding."""
WRITTEN: Final = {
    Limit.COPY_INDEXED: ("readings", "copy"),
    Limit.COPY_BARE: ("bare", "copy"),
    Limit.UNNEST: ("readings", "unnest"),
}
"""Table and way."""
SERVED: Final[dict[Limit, Callable[[Site], Endpoint]]] = {
    Limit.EMPTY_APP: lambda site: site.empty_app,
    Limit.PLAIN_PRODUCE: lambda site: site.plain_app,
}
SELECTED_PRESET: Final = "baseline"
PRODUCED_PRESET: Final = "stream-postgres"


class Bounds:
    """Builds the measurements of limits on a site."""

    def __init__(self, site: Site, settings: Settings) -> None:
        self._site = site
        self._settings = settings

    def measurements(self, limit: Limit) -> list[Measurement]:
        if limit in SERVED:
            start, served = partial(SERVED[limit], self._site), partial(self._served, limit)
            return [Measurement(limit, count, start, partial(served, count)) for count in CONNECTIONS]
        prepare, take = self._of_server(limit)
        return [Measurement(limit, 0, prepare, take)]

    def _of_server(self, limit: Limit) -> tuple[Callable[[], object], Callable[[], Measured]]:
        if limit in PRODUCED:
            return partial(self._site.platform, PRODUCED_PRESET, "limit"), partial(self._produce, limit)
        if limit in WRITTEN:
            return lambda: self._site.tables, partial(self._write, limit)
        if limit is Limit.REDIS:
            return lambda: self._site.redis, self._pipeline
        if limit is Limit.SELECT:
            return partial(self._site.seed, SELECTED_PRESET, DEVICES), self._select
        return lambda: self._site.tables, self._groups

    def _served(self, limit: Limit, connections: int) -> Measured:
        """Ask the app that does nothing, or give a reading to the one that only passes it on."""
        app, passed_on = SERVED[limit](self._site), limit is Limit.PLAIN_PRODUCE
        devices = name_devices(DEVICES if passed_on else 1)
        plan = Http(
            timing=self._settings.timing,
            watch={"program": app.pid} | ({"kafka": self._site.kafka.pid} if passed_on else {}),
            port=app.port,
            path=POST_PATH if passed_on else "/",
            devices=devices,
            credentials=["none"],
            connections=connections,
            expected=QUEUED if passed_on else 200,
            batch=1 if passed_on else 0,
        )
        return measure(plan, self._site.layout.load)

    def _produce(self, limit: Limit) -> Measured:
        readings, outstanding = PRODUCED[limit]
        platform = self._site.platform(PRODUCED_PRESET, "limit")
        plan = Produce(
            timing=self._settings.timing,
            watch={"kafka": self._site.kafka.pid},
            bootstrap=self._site.kafka.url,
            topic=readings_topic(topic_prefix(platform.platform)),
            devices=name_devices(DEVICES),
            readings=readings,
            outstanding=outstanding,
        )
        return measure(plan, self._site.layout.program)

    def _write(self, limit: Limit) -> Measured:
        table, way = WRITTEN[limit]
        with psycopg.connect(self._site.tables, autocommit=True) as connection:
            connection.execute("TRUNCATE readings, bare, latest, device_counts")
            connection.execute("CHECKPOINT")
        plan = Rows(
            timing=self._settings.timing,
            watch=self._postgres(),
            url=self._site.tables,
            table=table,
            way=way,
            devices=name_devices(DEVICES),
            rows=self._settings.backlog,
            batch=BATCH,
        )
        return measure(plan, self._site.layout.program)

    def _groups(self) -> Measured:
        plan = Groups(
            timing=self._settings.timing,
            watch=self._postgres(),
            url=self._site.tables,
            devices=name_devices(DEVICES),
            group=GROUP,
        )
        return measure(plan, self._site.layout.program)

    def _select(self) -> Measured:
        plan = Select(
            timing=self._settings.timing,
            watch=self._postgres(),
            url=str(self._site.platform(SELECTED_PRESET).endpoints.postgres_url),
            devices=name_devices(DEVICES),
        )
        return measure(plan, self._site.layout.program)

    def _pipeline(self) -> Measured:
        plan = Pipeline(
            timing=self._settings.timing,
            watch={"redis": self._site.redis.pid},
            url=self._site.redis.url,
            keys=KEYS,
            entry_bytes=ENTRY_BYTES,
            depth=PIPELINE,
        )
        return measure(plan, self._site.layout.program)

    def _postgres(self) -> dict[str, int]:
        return {"postgres": self._site.postgres.pid}
