"""The one-shot preparation against the real servers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from telemetry.core.kafka.topics import TopicMissingError, topic_id
from telemetry.core.postgres.schema import head_revision, schema_revision
from telemetry.core.prepare import NotPreparedError, PrepareSettings, prepare
from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_contract.topics import heartbeats_topic, readings_topic

Settings = Callable[..., PrepareSettings]


@pytest.fixture
def settings(database_url: str, kafka_bootstrap: str, topic_prefix: str) -> Settings:
    def build(**changes: object) -> PrepareSettings:
        usual: dict[str, object] = {
            "platform": "test",
            "writes": Writes.KAFKA,
            "store": Store.POSTGRES,
            "reads": Reads.DIRECT,
            "retention_seconds": 86_400,
            "postgres_url": database_url,
            "kafka_bootstrap": kafka_bootstrap,
            "topic_prefix": topic_prefix,
            "topic_partitions": 3,
            "topic_retention_seconds": 7200,
        }
        return PrepareSettings.model_validate(usual | changes)

    return build


@pytest.fixture
def admin(kafka_bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": kafka_bootstrap})


def retention_of(admin: AdminClient, topic: str) -> str:
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return str(admin.describe_configs([resource])[resource].result(30)["retention.ms"].value)


def test_everything_is_there_afterwards(settings: Settings, admin: AdminClient, database_url: str) -> None:
    prepare(settings())
    topics = admin.list_topics(timeout=30).topics
    prefix = settings().topic_prefix
    assert len(topics[readings_topic(prefix)].partitions) == 3
    assert len(topics[heartbeats_topic(prefix)].partitions) == 1
    assert schema_revision(database_url) == head_revision()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) > 1 FROM pg_inherits").fetchone() == (True,)


def test_doing_it_again_and_twice_at_once_changes_nothing(settings: Settings, admin: AdminClient) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(prepare, settings()) for _ in range(2)]:
            done.result(60)
    before = topic_id(admin, readings_topic(settings().topic_prefix))
    prepare(settings())
    assert topic_id(admin, readings_topic(settings().topic_prefix)) == before


def test_another_retention_is_corrected_and_other_partitions_are_left(settings: Settings, admin: AdminClient) -> None:
    topic = readings_topic(settings().topic_prefix)
    prepare(settings())
    prepare(settings(topic_partitions=5, topic_retention_seconds=9000))
    assert retention_of(admin, topic) == "9000000"
    assert len(admin.list_topics(timeout=30).topics[topic].partitions) == 3


def test_a_topic_that_is_not_there_is_told(admin: AdminClient, topic_prefix: str) -> None:
    with pytest.raises(TopicMissingError, match="prepare"):
        topic_id(admin, readings_topic(topic_prefix))


def test_a_server_that_never_comes_is_named(settings: Settings) -> None:
    away = settings(postgres_url="postgresql://telemetry@127.0.0.1:1/postgres")
    with pytest.raises(NotPreparedError, match="PostgreSQL"):
        prepare(away, wait_seconds=0.5)
