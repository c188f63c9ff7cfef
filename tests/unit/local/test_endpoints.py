from pathlib import Path

import pytest

from telemetry_operator.environment import Endpoints
from telemetry_operator.local.endpoints import AddressError, embedded_servers, endpoints_of, locations
from telemetry_operator.local.external import SecretMissingError
from telemetry_operator.local.options import Options
from telemetry_operator.local.state import State
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.local.platforms import external, platform

EMBEDDED = {Server.POSTGRES: "postgresql://p", Server.REDIS: "redis://r", Server.KAFKA: "127.0.0.1:9092"}
CREDENTIALS = {"secretName": "db"}
STATE = State(Path("/state/plant"))


def endpoints(of: TelemetryPlatform, options: Options | None = None) -> Endpoints:
    options = options or Options()
    ours = {server: EMBEDDED[server] for server in embedded_servers(of.spec, options)}
    return endpoints_of(of.spec, options, ours, STATE)


@pytest.fixture
def secrets(tmp_path: Path) -> str:
    (tmp_path / "db").mkdir()
    for key, value in {"username": "sensor", "password": "p@ss/word\n", "ca.crt": "PEM"}.items():
        (tmp_path / "db" / key).write_text(value)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("architecture", "servers"),
    [
        ("baseline", {"postgres"}),
        ("redis", {"postgres", "redis"}),
        ("kafka", {"postgres", "redis", "kafka"}),
        ("stream-memory", {"kafka"}),
    ],
)
def test_an_architecture_embeds_the_servers_it_needs(architecture: str, servers: set[str]) -> None:
    assert set(embedded_servers(platform(architecture).spec, Options())) == servers


def test_a_server_given_on_the_command_line_replaces_the_embedded_one() -> None:
    options = Options(postgres="postgresql://u:p@db:5433/telemetry")
    assert Server.POSTGRES not in embedded_servers(platform().spec, options)
    assert endpoints(platform(), options).postgres_url == "postgresql://u:p@db:5433/telemetry"


def test_a_server_given_on_the_command_line_wins_over_the_manifests() -> None:
    found = endpoints(platform(postgres=external("db:5432")), Options(postgres="postgresql://other/telemetry"))
    assert found.postgres_url == "postgresql://other/telemetry"


def test_redis_is_of_use_to_an_architecture_without_a_cache() -> None:
    assert endpoints(platform("baseline"), Options(redis="redis://cache/0")).redis_url == "redis://cache/0"


def test_a_server_of_no_use_is_refused() -> None:
    with pytest.raises(AddressError, match="this architecture uses no kafka"):
        embedded_servers(platform("baseline").spec, Options(kafka="127.0.0.1:9092"))


@pytest.mark.parametrize(
    "options",
    [
        Options(postgres="127.0.0.1:5432"),
        Options(postgres="mysql://db/telemetry"),
        Options(postgres="postgresql:///telemetry"),
        Options(postgres="postgresql://db:99999/telemetry"),
        Options(redis="http://cache"),
        Options(kafka="kafka"),
        Options(kafka="kafka:9092,"),
    ],
)
def test_what_is_no_address_is_refused(options: Options) -> None:
    with pytest.raises(AddressError, match="is needed"):
        embedded_servers(platform().spec, options)


def test_a_refused_address_does_not_show_its_password() -> None:
    with pytest.raises(AddressError) as caught:
        embedded_servers(platform().spec, Options(postgres="mysql://root:hunter2@db"))
    assert "hunter2" not in str(caught.value)


def test_an_embedded_kafka_has_one_broker() -> None:
    assert endpoints(platform()).kafka_brokers == 1
    assert endpoints(platform(), Options(kafka="kafka:9092")).kafka_brokers is None


def test_the_manifests_postgres_is_reached_with_the_secrets_of_a_directory(secrets: str) -> None:
    of = platform(postgres=external("db:5432", credentials=CREDENTIALS, tls={"enabled": True, "ca": CREDENTIALS}))
    url = endpoints(of, Options(secrets=secrets)).postgres_url or ""
    assert url.startswith("postgresql://sensor:p%40ss%2Fword@db:5432/telemetry?sslmode=verify-full&sslrootcert=")


def test_without_a_ca_the_systems_authorities_are_trusted() -> None:
    of = platform(
        postgres=external("db:5432", tls={"enabled": True}), redis=external("cache:6379", tls={"enabled": True})
    )
    found = endpoints(of)
    assert found.postgres_url == "postgresql://db:5432/telemetry?sslmode=verify-full&sslrootcert=system"
    assert found.redis_url == "rediss://cache:6379/0"


def test_the_manifests_kafka_is_spoken_to_as_it_asks(secrets: str) -> None:
    login = {"mechanism": "SCRAM-SHA-256", "credentials": CREDENTIALS}
    of = platform(kafka=external("kafka:9092", authentication=login, tls={"enabled": True}))
    found = endpoints(of, Options(secrets=secrets))
    assert (found.kafka_security_protocol, found.kafka_sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-256")
    assert (found.kafka_sasl_username, found.kafka_sasl_password) == ("sensor", "p@ss/word")


@pytest.mark.parametrize("directory", [None, "/nowhere"])
def test_a_secret_that_is_not_here_is_named_with_the_way_out(directory: str | None) -> None:
    of = platform(postgres=external("db:5432", credentials=CREDENTIALS))
    with pytest.raises(SecretMissingError, match="names the Secret db") as caught:
        endpoints(of, Options(secrets=directory))
    assert "db/username" in (caught.value.hint or "")


def test_locations_show_where_servers_are_and_nothing_secret() -> None:
    options = Options(postgres="postgresql://u:hunter2@db/telemetry", redis="redis://:x@cache:1", kafka="a:1,b:2")
    assert locations(endpoints(platform(), options)) == {
        Server.POSTGRES: [("db", 5432)],
        Server.REDIS: [("cache", 1)],
        Server.KAFKA: [("a", 1), ("b", 2)],
    }
