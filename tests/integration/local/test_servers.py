"""The trial of each embedded server: acknowledge, SIGKILL, start again, read."""

from pathlib import Path

import psycopg
import pytest
import redis
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.support.servers import describe_kafka, describe_postgres, describe_redis, running

MESSAGES = 1000


def test_postgres_keeps_what_it_acknowledged_before_a_kill(tmp_path: Path) -> None:
    with running(describe_postgres(tmp_path), tmp_path) as server:
        with psycopg.connect(server.address, autocommit=True) as connection:
            connection.execute("CREATE TABLE readings (number int)")
            connection.execute("INSERT INTO readings SELECT generate_series(1, 1000)")
        server.kill()
        server.start()
        with psycopg.connect(server.address) as connection:
            assert connection.execute("SELECT count(*) FROM readings").fetchone() == (1000,)


def test_postgres_refuses_a_wrong_password(tmp_path: Path) -> None:
    with running(describe_postgres(tmp_path), tmp_path) as server:
        wrong = psycopg.conninfo.make_conninfo(server.address, password="wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_kafka_keeps_what_it_acknowledged_before_a_kill(tmp_path: Path) -> None:
    with running(describe_kafka(tmp_path), tmp_path) as server:
        _create_topic(server.address)
        acknowledged = _produce(server.address)
        server.kill()
        server.start()
        assert acknowledged == MESSAGES
        assert _end_offset(server.address) == MESSAGES


def test_a_killed_cache_comes_back_empty_and_answers(tmp_path: Path) -> None:
    with running(describe_redis(tmp_path), tmp_path) as server, redis.Redis.from_url(server.address) as client:
        client.set("device", "value")
        server.kill()
        server.start()
        assert client.get("device") is None
        assert client.set("device", "value")


def _create_topic(bootstrap: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic("readings", 1, 1)])["readings"].result(10)


def _produce(bootstrap: str) -> int:
    """Return how many messages the broker acknowledged."""
    acknowledged: list[int] = []

    def delivered(error: object, message: object) -> None:
        if error is None:
            acknowledged.append(1)

    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for number in range(MESSAGES):
        producer.produce("readings", str(number).encode(), on_delivery=delivered)
    producer.flush(30)
    return len(acknowledged)


def _end_offset(bootstrap: str) -> int:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "trial"})
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition("readings", 0), timeout=10)
        return int(end)
    finally:
        consumer.close()
