from dataclasses import replace
from typing import Any

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_contract.settings import Component, Variable
from telemetry_operator.environment import Binding, EndpointMissingError, Endpoints, Environment, environment_of
from tests.support.manifests import platform_of

ENDPOINTS = Endpoints(
    postgres_url="postgresql://telemetry@127.0.0.1:5432/telemetry",
    redis_url="redis://127.0.0.1:6379/0",
    kafka_bootstrap="127.0.0.1:9092",
    consumer_url="http://127.0.0.1:8081",
    keys_file="/etc/telemetry/keys.json",
    revocations_file="/etc/telemetry/revocations.json",
)
BINDING = Binding(host="127.0.0.1", port=8080, management_port=9080, replicas=2)


def environment(component: Component, endpoints: Endpoints = ENDPOINTS, **spec: Any) -> Environment:  # noqa: ANN401
    return environment_of(component, platform_of(**{"architecture": "kafka", **spec}), endpoints, BINDING)


@pytest.mark.parametrize(
    ("component", "preset", "servers"),
    [
        (Component.PRODUCER, "kafka", {Variable.KAFKA_BOOTSTRAP, Variable.REDIS_URL}),
        (Component.PRODUCER, "baseline", {Variable.POSTGRES_URL, Variable.REDIS_URL}),
        (Component.CONSUMER, "kafka", {Variable.KAFKA_BOOTSTRAP, Variable.POSTGRES_URL}),
        (Component.CONSUMER, "stream-memory", {Variable.KAFKA_BOOTSTRAP}),
        (Component.ANALYTICS, "kafka", {Variable.POSTGRES_URL, Variable.REDIS_URL}),
        (Component.ANALYTICS, "stream-postgres", {Variable.POSTGRES_URL}),
        (Component.ANALYTICS, "stream-memory", set()),
        (Component.PREPARE, "kafka", {Variable.KAFKA_BOOTSTRAP, Variable.POSTGRES_URL}),
        (Component.PREPARE, "baseline", {Variable.POSTGRES_URL}),
        (Component.PREPARE, "stream-memory", {Variable.KAFKA_BOOTSTRAP}),
    ],
)
def test_a_component_is_told_of_the_servers_that_it_speaks_to(
    component: Component, preset: str, servers: set[Variable]
) -> None:
    told = environment(component, architecture=preset).keys()
    assert told & {Variable.POSTGRES_URL, Variable.REDIS_URL, Variable.KAFKA_BOOTSTRAP} == servers


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("component", Component)
def test_only_variables_of_the_contract_are_produced_as_plain_text(component: Component, preset: str) -> None:
    told = environment(component, architecture=preset)
    assert told.keys() <= set(Variable)
    assert {type(text) for pair in told.items() for text in pair} == {str}


def test_only_who_checks_credentials_is_told_of_the_keys() -> None:
    told = [component for component in Component if Variable.KEYS_FILE in environment(component)]
    assert told == [Component.PRODUCER, Component.ANALYTICS]


def test_a_consumer_that_serves_history_is_asked_by_analytics_alone() -> None:
    told = environment(Component.ANALYTICS, architecture="stream-memory")
    assert told[Variable.CONSUMER_URL] == "http://127.0.0.1:8081"
    assert Variable.KEYS_FILE in environment(Component.CONSUMER, architecture="stream-memory")
    assert Variable.CONSUMER_URL not in environment(Component.ANALYTICS)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"memory": {"maxSize": "100Mi"}}, 100 << 20),
        ({"consumer": {"resources": {"limits": {"memory": "1Gi"}}}}, 512 << 20),
        ({"consumer": {"resources": {"limits": {}}}}, 256 << 20),
    ],
)
def test_history_has_a_bound_of_size_whoever_sets_it(spec: dict[str, Any], told: int) -> None:
    found = environment(Component.CONSUMER, architecture="stream-memory", **spec)
    assert found[Variable.MEMORY_BYTES] == str(told)


def test_the_consumer_has_a_public_port_only_where_it_serves_history() -> None:
    assert Variable.PORT not in environment(Component.CONSUMER)
    assert environment(Component.CONSUMER, architecture="stream-memory")[Variable.PORT] == "8080"


def test_sizes_and_durations_become_bytes_and_seconds() -> None:
    told = environment(
        Component.PRODUCER, ingest={"maxBodySize": "2Mi", "maxClockSkew": "1m30s"}, buffer={"maxBufferAge": "2h"}
    )
    assert told[Variable.MAX_BODY_BYTES] == "2097152"
    assert told[Variable.MAX_CLOCK_SKEW_SECONDS] == "90"
    assert told[Variable.MAX_BUFFER_AGE_SECONDS] == "7200"


def test_a_fraction_of_a_second_is_kept() -> None:
    assert environment(Component.ANALYTICS, cache={"ttl": "250ms"})[Variable.CACHE_TTL_SECONDS] == "0.25"


@pytest.mark.parametrize(("brokers", "copies", "insync"), [(1, "1", "1"), (3, "3", "2")])
def test_of_three_copies_one_may_be_away(brokers: int, copies: str, insync: str) -> None:
    told = environment(Component.PREPARE, kafka={"builtin": {"brokers": brokers}})
    assert (told[Variable.TOPIC_REPLICATION], told[Variable.TOPIC_MIN_INSYNC]) == (copies, insync)


def test_fewer_brokers_than_the_spec_asks_for_cap_the_copies() -> None:
    one = Endpoints(
        postgres_url="postgresql://x", kafka_bootstrap="k:9092", kafka_brokers=1, keys_file="k", revocations_file="r"
    )
    assert environment(Component.PREPARE, one, kafka={"builtin": {"brokers": 3}})[Variable.TOPIC_REPLICATION] == "1"


def test_how_to_log_in_to_kafka_is_told_where_it_is_known() -> None:
    guarded = Endpoints(
        postgres_url="postgresql://x",
        kafka_bootstrap="k:9093",
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism="SCRAM-SHA-512",
        kafka_sasl_username="telemetry",
        kafka_sasl_password="secret",
        kafka_ca_file="/ca.crt",
        keys_file="k",
        revocations_file="r",
    )
    told = environment(Component.CONSUMER, guarded)
    assert told[Variable.KAFKA_SECURITY_PROTOCOL] == "SASL_SSL"
    assert told[Variable.KAFKA_SASL_MECHANISM] == "SCRAM-SHA-512"
    assert told[Variable.KAFKA_CA_FILE] == "/ca.crt"
    assert Variable.KAFKA_SASL_USERNAME not in environment(Component.CONSUMER)


def test_an_address_that_is_needed_and_missing_is_named() -> None:
    with pytest.raises(EndpointMissingError, match="PostgreSQL"):
        environment(Component.CONSUMER, Endpoints(kafka_bootstrap="k:9092", keys_file="k", revocations_file="r"))


def test_platforms_of_one_name_in_two_namespaces_have_topics_of_their_own() -> None:
    platforms = [platform_of("demo", namespace, architecture="kafka") for namespace in ("a", "b", None)]
    told = [environment_of(Component.CONSUMER, platform, ENDPOINTS, BINDING) for platform in platforms]
    assert [each[Variable.TOPIC_PREFIX] for each in told] == ["a.demo", "b.demo", "demo"]


def test_the_management_port_stays_where_it_is_when_the_public_one_is_opened() -> None:
    opened = Binding(host="0.0.0.0", port=8080, management_port=9080, replicas=1)
    told = environment_of(Component.PRODUCER, platform_of(architecture="kafka"), ENDPOINTS, opened)
    assert (told[Variable.HOST], told[Variable.MANAGEMENT_HOST]) == ("0.0.0.0", "127.0.0.1")


@pytest.mark.parametrize("component", Component)
def test_only_who_serves_the_public_shows_a_certificate(component: Component) -> None:
    told = environment(component, replace(ENDPOINTS, tls_cert_file="tls.crt", tls_key_file="tls.key"))
    assert (Variable.TLS_KEY_FILE in told) is (component in {Component.PRODUCER, Component.ANALYTICS})
