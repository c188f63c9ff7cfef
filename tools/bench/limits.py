"""The limits of the stack: what its parts do without the rest of the path, by the same libraries and settings."""

import time
from collections.abc import Callable
from itertools import islice
from typing import Any, Final, NamedTuple

import psycopg
import redis
from confluent_kafka import KafkaError, Message, Producer
from psycopg import sql

from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.publisher import producer_config
from telemetry.core.postgres.binary import jsonbs, texts, times, uuids
from telemetry.core.postgres.store import encode_metrics, store_readings
from telemetry.core.settings import KafkaSettings
from telemetry_contract.identity import Identified, identify
from telemetry_contract.records import encode_slice
from tools.bench.meters import once, repeat
from tools.bench.plans import Backlog, Groups, Measured, Pipeline, Produce, Rows, Select
from tools.bench.readings import slices
from tools.schema_trial import COPY_HEAD, COPY_TAIL, jsonb_row

DELIVERY_SECONDS: Final = 5.0  # the producer's default
FLUSH_SECONDS: Final = 60.0
BACKLOG_OUTSTANDING: Final = 20_000
COPY_CHUNK: Final = 500  # rows packed while the server takes in those before
SLOT: Final = 9  # of counts, which no writer of a platform has

Connection = psycopg.Connection[Any]

COPY: Final = "COPY {} (time, identity, content, device, metrics) FROM STDIN (FORMAT binary)"
UNNEST: Final = """
INSERT INTO {} (device, time, identity, content, metrics) SELECT * FROM unnest(%b, %b, %b, %b, %b)
ON CONFLICT (device, time, identity) DO NOTHING
"""
SELECT: Final = "SELECT device, time, metrics, older FROM latest WHERE device = %s"


class DeliveryError(Exception):
    """Kafka did not acknowledge a record."""


class _Sender:
    """A producer with the publisher's configuration, and how much of it is acknowledged."""

    def __init__(self, plan: Produce | Backlog) -> None:
        client = client_config(KafkaSettings(kafka_bootstrap=plan.bootstrap, topic_prefix=""))
        self._producer = Producer(producer_config(client, delivery_seconds=DELIVERY_SECONDS))
        self._topic = plan.topic
        self._slices = slices(plan.devices, plan.readings)
        self.sent = 0
        self.acknowledged = 0

    def send(self) -> None:
        readings = next(self._slices)
        value = encode_slice(time.time_ns() // 1000, readings)
        self._producer.produce(self._topic, value, readings[0].device, on_delivery=self._delivered)
        self.sent += 1

    def poll(self, seconds: float) -> int:
        """Return how many more are acknowledged."""
        before = self.acknowledged
        self._producer.poll(seconds)
        return self.acknowledged - before

    def flush(self) -> None:
        self._producer.flush(FLUSH_SECONDS)

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            raise DeliveryError(error.str())
        self.acknowledged += 1


def measure_produce(plan: Produce) -> Measured:
    sender = _Sender(plan)

    def step() -> int:
        while sender.sent - sender.acknowledged < plan.outstanding:
            sender.send()
        return sender.poll(0.001)

    measured = repeat(step, plan.timing, plan.watch)
    sender.flush()
    return measured


def produce_backlog(plan: Backlog) -> Measured:
    sender = _Sender(plan)

    def work() -> int:
        while sender.sent < plan.records:
            sender.send()
            while sender.sent - sender.acknowledged > BACKLOG_OUTSTANDING:
                sender.poll(0.001)
        sender.flush()
        return sender.acknowledged * plan.readings

    return once(work, plan.watch)


def measure_groups(plan: Groups) -> Measured:
    source = slices(plan.devices, 1)
    with psycopg.connect(plan.url, autocommit=True) as connection:

        def step() -> int:
            rows = [identify(reading) for (reading,) in islice(source, plan.group)]
            with connection.transaction():
                store_readings(connection, rows, SLOT)
            return len(rows)

        return repeat(step, plan.timing, plan.watch)


def measure_rows(plan: Rows) -> Measured:
    rows = [identify(reading) for (reading,) in islice(slices(plan.devices, 1), plan.rows)]
    batches = [rows[at : at + plan.batch] for at in range(0, len(rows), plan.batch)]
    write = WAYS[plan.way]
    with psycopg.connect(plan.url, autocommit=True) as connection:
        statement = sql.SQL(write.statement).format(sql.Identifier(plan.table))

        def work() -> int:
            for batch in batches:
                with connection.transaction():
                    write.apply(connection, statement, batch)
            return len(rows)

        return once(work, plan.watch)


def copy_rows(connection: Connection, statement: sql.Composed, rows: list[Identified]) -> None:
    with connection.cursor().copy(statement) as copy:
        copy.write(COPY_HEAD)
        for at in range(0, len(rows), COPY_CHUNK):
            copy.write(b"".join([jsonb_row(row) for row in rows[at : at + COPY_CHUNK]]))
        copy.write(COPY_TAIL)


def unnest_rows(connection: Connection, statement: sql.Composed, rows: list[Identified]) -> None:
    columns = (
        texts([row.reading.device for row in rows]),
        times([row.reading.time for row in rows]),
        uuids([row.identity for row in rows]),
        uuids([row.content_hash for row in rows]),
        jsonbs([encode_metrics(row.reading.metrics) for row in rows]),
    )
    connection.execute(statement, columns)


class Way(NamedTuple):
    """One way of writing rows."""

    statement: str
    apply: Callable[[Connection, sql.Composed, list[Identified]], None]


WAYS: Final = {"copy": Way(COPY, copy_rows), "unnest": Way(UNNEST, unnest_rows)}


def measure_select(plan: Select) -> Measured:
    position = 0
    with psycopg.connect(plan.url, autocommit=True) as connection, connection.cursor(binary=True) as cursor:

        def step() -> int:
            nonlocal position
            position = (position + 1) % len(plan.devices)
            return len(cursor.execute(SELECT, [plan.devices[position]], prepare=True).fetchall())

        return repeat(step, plan.timing, plan.watch)


def measure_pipeline(plan: Pipeline) -> Measured:
    keys = [f"telemetry:bench:{number}" for number in range(plan.keys)]
    with redis.Redis.from_url(plan.url) as client:
        client.mset(dict.fromkeys(keys, bytes(plan.entry_bytes)))

        def step() -> int:
            with client.pipeline(transaction=False) as pipeline:
                for number in range(plan.depth):
                    pipeline.get(keys[number % len(keys)])
                return sum(value is not None for value in pipeline.execute())

        measured = repeat(step, plan.timing, plan.watch)
        client.delete(*keys)
        return measured
