import pytest

from telemetry.core.settings import SettingsError, parse_settings
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.architecture import Writes

STREAM = {
    "TELEMETRY_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "TELEMETRY_TOPIC_PREFIX": "demo",
    "TELEMETRY_MAX_BUFFER_AGE_SECONDS": "3600",
}
ENVIRONMENT = {
    "TELEMETRY_PLATFORM": "demo",
    "TELEMETRY_WRITES": "kafka",
    "TELEMETRY_STORE": "postgres",
    "TELEMETRY_READS": "redis",
    "TELEMETRY_PORT": "8000",
    "TELEMETRY_MANAGEMENT_PORT": "9000",
    "TELEMETRY_KEYS_FILE": "keys.json",
    "TELEMETRY_RETENTION_SECONDS": "86400",
    **STREAM,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_environment_of_a_stream_is_enough(environment: pytest.MonkeyPatch) -> None:
    assert parse_settings(ProducerSettings).max_buffer_age_seconds == 3600


@pytest.mark.parametrize("variable", sorted(STREAM))
def test_a_stream_needs_all_that_describes_it(environment: pytest.MonkeyPatch, variable: str) -> None:
    environment.delenv(variable)
    with pytest.raises(SettingsError) as refused:
        parse_settings(ProducerSettings)
    assert str(refused.value) == f"{variable} is missing"


@pytest.fixture
def direct(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    environment.setenv("TELEMETRY_WRITES", "direct")
    environment.setenv("TELEMETRY_POSTGRES_URL", "postgresql://user:secret@127.0.0.1/db")
    for variable in STREAM:
        environment.delenv(variable)
    return environment


def test_direct_writes_need_nothing_of_a_stream(direct: pytest.MonkeyPatch) -> None:
    assert parse_settings(ProducerSettings).writes is Writes.DIRECT


def test_direct_writes_need_postgres(direct: pytest.MonkeyPatch) -> None:
    direct.delenv("TELEMETRY_POSTGRES_URL")
    with pytest.raises(SettingsError) as refused:
        parse_settings(ProducerSettings)
    assert str(refused.value) == "TELEMETRY_POSTGRES_URL is missing"


def test_direct_writes_into_memory_are_refused(direct: pytest.MonkeyPatch) -> None:
    direct.setenv("TELEMETRY_STORE", "memory")
    with pytest.raises(SettingsError) as refused:
        parse_settings(ProducerSettings)
    assert str(refused.value) == "TELEMETRY_STORE: what the consumer keeps in memory comes by kafka; use postgres"
