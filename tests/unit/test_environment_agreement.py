"""Operator and services agree: what the one produces is what the other asks for, variable by variable."""

from typing import Any, Final

import pytest

from telemetry.analytics.settings import AnalyticsSettings
from telemetry.consumer.settings import ConsumerSettings
from telemetry.core.prepare import PrepareSettings
from telemetry.core.settings import ProgramSettings, ServerSettings, parse_settings
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.architecture import PRESETS, Reads
from telemetry_contract.settings import PREFIX, Component, Variable
from telemetry_operator.environment import Binding, Endpoints, Environment, environment_of
from tests.support.manifests import platform_of

MODELS: Final[dict[Component, type[ProgramSettings]]] = {
    Component.PRODUCER: ProducerSettings,
    Component.CONSUMER: ConsumerSettings,
    Component.ANALYTICS: AnalyticsSettings,
    Component.PREPARE: PrepareSettings,
}

ENDPOINTS: Final = Endpoints(
    postgres_url="postgresql://telemetry:secret@127.0.0.1:5432/telemetry",
    redis_url="redis://:secret@127.0.0.1:6379/0",
    kafka_bootstrap="127.0.0.1:9093",
    kafka_security_protocol="SASL_SSL",
    kafka_sasl_mechanism="SCRAM-SHA-512",
    kafka_sasl_username="telemetry",
    kafka_sasl_password="secret",
    kafka_ca_file="/etc/telemetry/ca.crt",
    consumer_url="http://127.0.0.1:8081",
    keys_file="/etc/telemetry/keys.json",
    revocations_file="/etc/telemetry/revocations.json",
    tls_cert_file="/etc/telemetry/tls/tls.crt",
    tls_key_file="/etc/telemetry/tls/tls.key",
)
BINDING: Final = Binding(host="127.0.0.1", port=8080, management_port=9080, replicas=2)

TUNED: Final[dict[str, Any]] = {
    "retention": "12h30m",
    "ingest": {"maxBodySize": "2M", "maxUnpackedSize": "16Mi", "maxClockSkew": "1500ms", "maxMetrics": 8},
    "rateLimits": {"device": {"rate": 0.5, "burst": 5}, "token": {"rate": 2000, "burst": 4000}},
    "cache": {"ttl": "250ms"},
    "buffer": {"maxBufferAge": "90m"},
    "observability": {"tracing": {"endpoint": "http://collector:4318", "samplingRatio": 0.5}},
    "kafka": {"topic": {"partitions": 3, "retention": "2d"}, "builtin": {"brokers": 3}},
}
SPECS: Final = [{"architecture": preset, **more} for preset in PRESETS for more in ({}, TUNED)]

everywhere = pytest.mark.parametrize("component", Component)


def produced(component: Component, spec: dict[str, Any]) -> Environment:
    return environment_of(component, platform_of(**spec), ENDPOINTS, BINDING)


def loaded(component: Component, spec: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> ProgramSettings:
    for name, value in produced(component, spec).items():
        monkeypatch.setenv(name, value)
    return parse_settings(MODELS[component])


def known(component: Component) -> set[str]:
    return {PREFIX + name.upper() for name in MODELS[component].model_fields}


def required(component: Component) -> set[str]:
    return {PREFIX + name.upper() for name, field in MODELS[component].model_fields.items() if field.is_required()}


@everywhere
def test_each_setting_of_a_service_has_a_name_in_the_contract(component: Component) -> None:
    assert known(component) <= set(Variable)


@everywhere
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_each_variable_produced_is_a_setting_that_the_service_knows(component: Component, spec: dict[str, Any]) -> None:
    assert produced(component, spec).keys() <= known(component)


@everywhere
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_each_setting_that_the_service_requires_is_produced(component: Component, spec: dict[str, Any]) -> None:
    assert required(component) <= produced(component, spec).keys()


@everywhere
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_service_starts_from_what_is_produced(
    component: Component, spec: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = PRESETS[spec["architecture"]]
    settings = loaded(component, spec, monkeypatch)
    assert (settings.writes, settings.store, settings.reads) == (choices.writes, choices.store, choices.reads)


@everywhere
@pytest.mark.parametrize("reads", Reads)
def test_a_choice_beside_the_preset_reaches_the_service(
    component: Component, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded(component, {"architecture": "kafka", "reads": reads}, monkeypatch).reads is reads


def test_the_manifests_limits_are_the_producers(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(Component.PRODUCER, {"architecture": "kafka", **TUNED}, monkeypatch)
    assert isinstance(settings, ProducerSettings)
    assert (settings.max_body_bytes, settings.max_unpacked_bytes, settings.max_metrics) == (2_000_000, 16 << 20, 8)
    assert (settings.retention_seconds, settings.max_buffer_age_seconds) == (45_000, 5400)
    assert (settings.device_rate, settings.token_burst, settings.max_clock_skew_seconds) == (0.5, 4000, 1.5)


def test_the_manifests_topic_is_the_one_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(Component.PREPARE, {"architecture": "kafka", **TUNED}, monkeypatch)
    assert isinstance(settings, PrepareSettings)
    assert (settings.topic_partitions, settings.topic_replication, settings.topic_min_insync) == (3, 3, 2)
    assert settings.topic_retention_seconds == 172_800


LIMITS: Final = ("max_body_bytes", "max_unpacked_bytes", "max_batch_readings", "max_metrics", "max_clock_skew_seconds",
                 "device_rate", "device_burst", "token_rate", "token_burst")  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_that_a_manifest_leaves_out_is_the_services_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(Component.PRODUCER, {"architecture": "kafka"}, monkeypatch)
    assert getattr(settings, name) == type(settings).model_fields[name].default


@pytest.mark.parametrize("component", [Component.PRODUCER, Component.CONSUMER, Component.ANALYTICS])
def test_where_spans_go_is_told_to_who_makes_them(component: Component, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(component, {"architecture": "kafka", **TUNED}, monkeypatch)
    assert isinstance(settings, ServerSettings)
    assert (settings.otlp_endpoint, settings.trace_sampling_ratio) == ("http://collector:4318", 0.5)


@pytest.mark.parametrize("component", [Component.PRODUCER, Component.CONSUMER, Component.ANALYTICS])
def test_nothing_is_traced_unless_the_manifest_says_so(component: Component, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(component, {"architecture": "kafka"}, monkeypatch)
    assert isinstance(settings, ServerSettings)
    assert settings.otlp_endpoint is None
