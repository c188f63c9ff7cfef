import pytest

from telemetry.analytics.settings import AnalyticsSettings
from telemetry.core.settings import SettingsError, parse_settings
from telemetry_contract.settings import Variable

NEEDED = {
    Variable.PLATFORM: "p",
    Variable.WRITES: "direct",
    Variable.STORE: "postgres",
    Variable.READS: "direct",
    Variable.PORT: "8001",
    Variable.MANAGEMENT_PORT: "8002",
    Variable.KEYS_FILE: "keys.json",
    Variable.POSTGRES_URL: "postgresql://localhost/p",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_direct_reads_need_no_redis() -> None:
    assert parse_settings(AnalyticsSettings).redis_url is None


def test_reads_through_redis_need_its_address(environment: pytest.MonkeyPatch) -> None:
    environment.setenv(Variable.READS, "redis")
    with pytest.raises(SettingsError, match="TELEMETRY_REDIS_URL is missing"):
        parse_settings(AnalyticsSettings)


def test_the_store_postgres_needs_its_address(environment: pytest.MonkeyPatch) -> None:
    environment.delenv(Variable.POSTGRES_URL)
    with pytest.raises(SettingsError, match="TELEMETRY_POSTGRES_URL is missing"):
        parse_settings(AnalyticsSettings)


def test_history_in_the_consumers_memory_needs_its_address(environment: pytest.MonkeyPatch) -> None:
    environment.setenv(Variable.STORE, "memory")
    with pytest.raises(SettingsError, match="TELEMETRY_CONSUMER_URL is missing"):
        parse_settings(AnalyticsSettings)
