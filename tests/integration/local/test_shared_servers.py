"""The fixtures that other tests stand on: every test has a part of the shared servers to itself."""

import psycopg
import pytest
import redis
from confluent_kafka.admin import AdminClient


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_has_a_database_of_its_own(database_url: str, attempt: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE mine (number int)")


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_has_a_cache_of_its_own(redis_url: str, attempt: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("mine", attempt, nx=True)


def test_the_shared_broker_answers(kafka_bootstrap: str) -> None:
    assert AdminClient({"bootstrap.servers": kafka_bootstrap}).list_topics(timeout=10).brokers
