import pytest

from telemetry.consumer.settings import ConsumerSettings
from telemetry.core.settings import SettingsError, describe_settings, parse_settings

ENVIRONMENT = {
    "TELEMETRY_PLATFORM": "demo",
    "TELEMETRY_WRITES": "kafka",
    "TELEMETRY_STORE": "postgres",
    "TELEMETRY_READS": "redis",
    "TELEMETRY_MANAGEMENT_PORT": "9001",
    "TELEMETRY_RETENTION_SECONDS": "86400",
    "TELEMETRY_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "TELEMETRY_TOPIC_PREFIX": "demo",
    "TELEMETRY_POSTGRES_URL": "postgresql://user:secret@127.0.0.1/db",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_environment_of_a_durable_stream_is_enough(environment: pytest.MonkeyPatch) -> None:
    assert parse_settings(ConsumerSettings).kafka_bootstrap == "127.0.0.1:9092"


def test_a_store_in_memory_needs_a_port_and_keys_to_serve_by(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TELEMETRY_STORE", "memory")
    environment.delenv("TELEMETRY_POSTGRES_URL")
    with pytest.raises(SettingsError) as refused:
        parse_settings(ConsumerSettings)
    assert sorted(str(refused.value).splitlines()) == ["TELEMETRY_KEYS_FILE is missing", "TELEMETRY_PORT is missing"]


def test_a_durable_store_needs_its_address(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TELEMETRY_POSTGRES_URL")
    with pytest.raises(SettingsError) as refused:
        parse_settings(ConsumerSettings)
    assert str(refused.value) == "TELEMETRY_POSTGRES_URL is missing"


def test_printed_settings_show_no_password(environment: pytest.MonkeyPatch) -> None:
    assert "secret" not in describe_settings(parse_settings(ConsumerSettings))
