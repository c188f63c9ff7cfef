import pytest

from telemetry.core.prepare import PrepareSettings
from telemetry.core.settings import SettingsError, parse_settings

ARCHITECTURE = {
    "TELEMETRY_PLATFORM": "demo",
    "TELEMETRY_READS": "direct",
    "TELEMETRY_RETENTION_SECONDS": "86400",
}
POSTGRES = {"TELEMETRY_POSTGRES_URL": "postgresql://user:secret@127.0.0.1/db"}
KAFKA = {
    "TELEMETRY_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "TELEMETRY_TOPIC_PREFIX": "demo",
    "TELEMETRY_TOPIC_RETENTION_SECONDS": "86400",
}


def settings_of(
    monkeypatch: pytest.MonkeyPatch, *, writes: str, store: str, servers: dict[str, str]
) -> PrepareSettings:
    for name, value in {**ARCHITECTURE, "TELEMETRY_WRITES": writes, "TELEMETRY_STORE": store, **servers}.items():
        monkeypatch.setenv(name, value)
    return parse_settings(PrepareSettings)


@pytest.mark.parametrize(
    ("writes", "store", "servers"),
    [("direct", "postgres", POSTGRES), ("kafka", "postgres", POSTGRES | KAFKA), ("kafka", "memory", KAFKA)],
)
def test_an_architecture_names_only_the_servers_it_has(
    monkeypatch: pytest.MonkeyPatch, writes: str, store: str, servers: dict[str, str]
) -> None:
    settings_of(monkeypatch, writes=writes, store=store, servers=servers)


def test_what_the_architecture_needs_is_asked_for_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_of(monkeypatch, writes="kafka", store="postgres", servers={})
    assert sorted(str(refused.value).splitlines()) == [
        "TELEMETRY_KAFKA_BOOTSTRAP is missing",
        "TELEMETRY_POSTGRES_URL is missing",
        "TELEMETRY_TOPIC_PREFIX is missing",
        "TELEMETRY_TOPIC_RETENTION_SECONDS is missing",
    ]
