import pytest

from telemetry.core.settings import (
    CredentialSettings,
    KafkaSettings,
    PostgresSettings,
    ServerSettings,
    SettingsError,
    describe_settings,
    load_settings,
    parse_settings,
)


class _Settings(ServerSettings, CredentialSettings, PostgresSettings, KafkaSettings):
    """All groups together, as the largest program has them."""


COMPLETE = {
    "TELEMETRY_PLATFORM": "demo",
    "TELEMETRY_WRITES": "kafka",
    "TELEMETRY_STORE": "postgres",
    "TELEMETRY_READS": "redis",
    "TELEMETRY_MANAGEMENT_PORT": "8081",
    "TELEMETRY_KEYS_FILE": "/run/keys.json",
    "TELEMETRY_POSTGRES_URL": "postgresql://telemetry:s3cret@db.example:5432/telemetry",
    "TELEMETRY_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "TELEMETRY_KAFKA_SASL_PASSWORD": "hush",
    "TELEMETRY_TOPIC_PREFIX": "demo",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_a_complete_environment_is_parsed_into_its_types() -> None:
    settings = parse_settings(_Settings)
    assert (settings.management_port, settings.platform, settings.replicas) == (8081, "demo", 1)


def test_a_missing_variable_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TELEMETRY_PLATFORM")
    with pytest.raises(SettingsError, match=r"^TELEMETRY_PLATFORM is missing$"):
        parse_settings(_Settings)


def test_an_empty_variable_counts_as_missing(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TELEMETRY_TOPIC_PREFIX", "")
    with pytest.raises(SettingsError, match=r"^TELEMETRY_TOPIC_PREFIX is missing$"):
        parse_settings(_Settings)


def test_an_unknown_variable_is_refused_with_the_nearest_right_name(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TELEMETRY_REPLICA", "2")
    with pytest.raises(SettingsError, match=r"TELEMETRY_REPLICA is not a setting .* did you mean TELEMETRY_REPLICAS"):
        parse_settings(_Settings)


def test_every_fault_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TELEMETRY_MANAGEMENT_PORT", "99999")
    environment.setenv("TELEMETRY_WRITES", "carrier-pigeon")
    with pytest.raises(SettingsError) as caught:
        parse_settings(_Settings)
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "TELEMETRY_WRITES",
        "TELEMETRY_MANAGEMENT_PORT",
    ]


@pytest.mark.usefixtures("environment")
def test_the_printed_configuration_shows_no_secret() -> None:
    text = describe_settings(parse_settings(_Settings))
    assert "s3cret" not in text
    assert "hush" not in text
    assert "postgresql://telemetry:*****@db.example:5432/telemetry" in text


def test_a_program_with_wrong_settings_ends_with_code_two_and_one_line(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("TELEMETRY_PLATFORM")
    with pytest.raises(SystemExit) as caught:
        load_settings(_Settings, [])
    assert (caught.value.code, capsys.readouterr().err) == (2, "error: TELEMETRY_PLATFORM is missing\n")


@pytest.mark.usefixtures("environment")
def test_print_config_prints_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        load_settings(_Settings, ["--print-config"])
    assert caught.value.code == 0
    assert "TELEMETRY_PLATFORM=demo\n" in capsys.readouterr().out


@pytest.mark.usefixtures("environment")
def test_an_argument_that_is_not_known_is_refused() -> None:
    with pytest.raises(SystemExit) as caught:
        load_settings(_Settings, ["--verbose"])
    assert caught.value.code == 2
