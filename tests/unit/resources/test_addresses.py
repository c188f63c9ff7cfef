from typing import Any

import pytest

from telemetry_operator.resources.addresses import SecretMissingError, endpoints_of
from tests.unit.resources.given import EXTERNAL, platform_in, secrets_for

TLS_BUT_NO_CA = {"tls": {"enabled": True}}


def test_servers_of_our_own_are_found_by_their_services() -> None:
    platform = platform_in(architecture="kafka")
    found = endpoints_of(platform, secrets_for(platform))
    assert found.postgres_url == "postgresql://telemetry:postgres-password@demo-postgres.plant.svc:5432/telemetry"
    assert found.redis_url == "redis://:redis-password@demo-redis.plant.svc:6379/0"
    assert found.kafka_bootstrap == "demo-kafka.plant.svc:9092"
    assert (found.kafka_security_protocol, found.kafka_sasl_mechanism) == ("SASL_PLAINTEXT", "PLAIN")
    assert (found.kafka_sasl_username, found.kafka_sasl_password) == ("telemetry", "kafka-password")


def test_external_servers_are_spoken_to_as_the_manifest_asks() -> None:
    platform = platform_in(architecture="kafka", **EXTERNAL)
    found = endpoints_of(platform, secrets_for(platform))
    assert found.postgres_url == (
        "postgresql://ada:p%40ss@db.example.org:6432/readings?sslmode=verify-full"
        "&sslrootcert=%2Fetc%2Ftelemetry%2Fca%2Fpostgres%2Froot.pem"
    )
    assert found.redis_url == (
        "rediss://redis.example.org:6380/0?ssl_ca_certs=%2Fetc%2Ftelemetry%2Fca%2Fredis%2Froot.pem"
    )
    assert found.kafka_bootstrap == "kafka-0.example.org:9094,kafka-1.example.org:9095"
    assert (found.kafka_security_protocol, found.kafka_sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (found.kafka_sasl_username, found.kafka_sasl_password) == ("ada", "word")
    assert found.kafka_ca_file == "/etc/telemetry/ca/kafka/root.pem"


def test_a_kafka_without_a_login_gets_none() -> None:
    kafka = {"provider": "external", "external": {"address": "k:9092"}}
    platform = platform_in(architecture="stream-memory", kafka=kafka)
    found = endpoints_of(platform, secrets_for(platform))
    assert (found.kafka_security_protocol, found.kafka_sasl_username) == ("PLAINTEXT", None)


def test_history_in_memory_is_asked_of_the_consumer() -> None:
    platform = platform_in(architecture="stream-memory")
    found = endpoints_of(platform, secrets_for(platform))
    assert found.consumer_url == "http://demo-consumer.plant.svc:8080"
    assert (found.postgres_url, found.redis_url) == (None, None)


def test_a_line_end_after_a_password_is_not_part_of_it() -> None:
    platform = platform_in(postgres=EXTERNAL["postgres"])
    secrets = secrets_for(platform) | {"db-login": {"username": "ada\n", "password": "secret\n"}}
    assert (endpoints_of(platform, secrets).postgres_url or "").startswith("postgresql://ada:secret@")


def test_certificates_are_read_where_they_are_mounted() -> None:
    platform = platform_in(tls={"secretName": "certificate"})
    found = endpoints_of(platform, secrets_for(platform))
    assert (found.tls_cert_file, found.tls_key_file) == ("/etc/telemetry/tls/tls.crt", "/etc/telemetry/tls/tls.key")
    assert endpoints_of(platform_in(), secrets_for(platform_in())).tls_cert_file is None


@pytest.mark.parametrize(
    ("spec", "secret", "key"),
    [
        ({}, "demo-keys", "keys.json"),
        ({}, "demo-postgres", "password"),
        ({"architecture": "kafka"}, "demo-redis", "password"),
        ({"architecture": "kafka"}, "demo-kafka", "password"),
        ({"auth": {"keysSecretName": "keys"}}, "keys", "keys.json"),
        ({"tls": {"secretName": "certificate"}}, "certificate", "tls.key"),
        ({"postgres": EXTERNAL["postgres"]}, "db-login", "username"),
        ({"postgres": EXTERNAL["postgres"]}, "authority", "root.pem"),
        ({"architecture": "kafka", "kafka": EXTERNAL["kafka"]}, "kafka-login", "password"),
    ],
)
def test_a_secret_that_is_missing_is_named_with_its_key(spec: dict[str, Any], secret: str, key: str) -> None:
    platform = platform_in(**spec)
    there = secrets_for(platform)
    there[secret] = {name: value for name, value in there[secret].items() if name != key}
    with pytest.raises(SecretMissingError, match=f"no Secret {secret} with the key {key}") as caught:
        endpoints_of(platform, there)
    assert (caught.value.secret, caught.value.key) == (secret, key)


def test_the_way_out_is_restoring_what_was_made_and_creating_what_was_named() -> None:
    platform = platform_in(postgres=EXTERNAL["postgres"])
    with pytest.raises(SecretMissingError, match="restore it") as made:
        endpoints_of(platform, {})
    secrets = {name: data for name, data in secrets_for(platform).items() if name != "db-login"}
    with pytest.raises(SecretMissingError, match="create it") as named:
        endpoints_of(platform, secrets)
    assert (made.value.generated, named.value.generated) == (True, False)


def test_an_error_shows_no_password() -> None:
    platform = platform_in(architecture="kafka")
    secrets = secrets_for(platform)
    del secrets["demo-kafka"]
    with pytest.raises(SecretMissingError) as caught:
        endpoints_of(platform, secrets)
    assert "postgres-password" not in str(caught.value)
