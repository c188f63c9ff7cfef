from typing import Any

import pytest

from telemetry_contract.settings import Component
from telemetry_operator.specs.layout import (
    Bounds,
    Server,
    components_of,
    max_buffer_age_seconds,
    replica_bounds,
    replication_of,
    servers_of,
    topic_retention_seconds,
)
from tests.support.manifests import platform_of

HOUR = 3600
DAY = 24 * HOUR


def test_direct_writes_run_no_consumer() -> None:
    assert components_of(platform_of(architecture="redis").spec) == (Component.PRODUCER, Component.ANALYTICS)


def test_the_stream_runs_a_consumer() -> None:
    assert Component.CONSUMER in components_of(platform_of(architecture="stream-memory").spec)


@pytest.mark.parametrize(
    ("preset", "servers"),
    [
        ("baseline", {Server.POSTGRES}),
        ("scale", {Server.POSTGRES}),
        ("redis", {Server.POSTGRES, Server.REDIS}),
        ("kafka", {Server.POSTGRES, Server.REDIS, Server.KAFKA}),
        ("stream-memory", {Server.KAFKA}),
        ("stream-postgres", {Server.POSTGRES, Server.KAFKA}),
        ("stream-redis", {Server.POSTGRES, Server.REDIS, Server.KAFKA}),
    ],
)
def test_a_preset_needs_its_servers_and_no_others(preset: str, servers: set[Server]) -> None:
    assert set(servers_of(platform_of(architecture=preset).spec)) == servers


def test_redis_that_is_written_down_runs_without_a_cache() -> None:
    assert Server.REDIS in servers_of(platform_of(architecture="baseline", redis={}).spec)


def test_fixed_replicas_have_one_bound() -> None:
    spec = platform_of(producer={"replicas": 3, "autoscaling": {"maxReplicas": 9}}).spec
    assert replica_bounds(spec, Component.PRODUCER) == Bounds(3, 3)


def test_an_autoscaler_has_its_bounds() -> None:
    spec = platform_of(architecture="scale", producer={"autoscaling": {"minReplicas": 2, "maxReplicas": 9}}).spec
    assert replica_bounds(spec, Component.PRODUCER) == Bounds(2, 9)


def test_no_replicas_stop_the_autoscaler_too() -> None:
    assert replica_bounds(platform_of(architecture="scale", producer={"replicas": 0}).spec, Component.PRODUCER) == (
        0,
        0,
    )


def test_partitions_cap_the_consumers_usual_maximum() -> None:
    spec = platform_of(architecture="kafka", kafka={"topic": {"partitions": 2}}).spec
    assert replica_bounds(spec, Component.CONSUMER) == Bounds(1, 2)


def test_the_consumer_that_keeps_history_in_memory_is_not_scaled() -> None:
    spec = platform_of(architecture="stream-memory", scaling="hpa").spec
    assert replica_bounds(spec, Component.CONSUMER) == Bounds(1, 1)


@pytest.mark.parametrize(
    ("kafka", "copies"),
    [
        ({}, 1),
        ({"builtin": {"brokers": 3}}, 3),
        ({"provider": "external", "external": {"address": "k:9092"}}, 3),
        ({"provider": "external", "external": {"address": "k:9092", "replicationFactor": 2}}, 2),
    ],
)
def test_replication_follows_the_brokers(kafka: dict[str, Any], copies: int) -> None:
    assert replication_of(platform_of(architecture="kafka", kafka=kafka).spec) == copies


@pytest.mark.parametrize(
    ("spec", "age"),
    [
        ({}, 6 * HOUR),
        ({"retention": "2h"}, HOUR),
        ({"kafka": {"topic": {"retention": "4h"}}}, 2 * HOUR),
        ({"buffer": {"maxBufferAge": "20h"}}, 20 * HOUR),
    ],
)
def test_the_buffer_ends_well_before_what_it_holds(spec: dict[str, Any], age: float) -> None:
    assert max_buffer_age_seconds(platform_of(architecture="kafka", **spec).spec) == age


@pytest.mark.parametrize(
    ("spec", "seconds"),
    [
        ({}, DAY),
        ({"buffer": {"maxBufferAge": "20h"}}, 40 * HOUR),
        ({"kafka": {"topic": {"retention": "7d"}}}, 7 * DAY),
        ({"architecture": "stream-memory"}, 30 * DAY + 300),
    ],
)
def test_the_topic_outlasts_the_buffer_and_a_history_in_memory(spec: dict[str, Any], seconds: float) -> None:
    assert topic_retention_seconds(platform_of(**{"architecture": "kafka", **spec}).spec) == seconds
