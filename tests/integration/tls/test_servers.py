"""Servers that speak TLS: the right authority is enough, and of any other the reason is told."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from redis.exceptions import ConnectionError as RedisConnectionError

from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.reader import make_pool
from telemetry.core.postgres.schema import head_revision
from telemetry.core.prepare import NotPreparedError, PrepareSettings, prepare
from telemetry.core.redis.client import connect as connect_redis
from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_operator.local.external import Secrets, kafka_security, postgres_url, redis_url
from telemetry_operator.specs.kafka import ExternalKafka
from telemetry_operator.specs.postgres import ExternalPostgres
from telemetry_operator.specs.redis import ExternalRedis
from tests.integration.tls.conftest import PASSWORD, Authorities

PATIENCE = 60.0  # far more than a refusal may take

Prepare = Callable[..., float]

pytestmark = pytest.mark.xdist_group("tls")  # one Kafka for them all


@pytest.fixture
def secrets_of(authorities: Authorities, tmp_path: Path) -> Callable[..., Secrets]:
    """Return how Secrets are laid out that name an authority, and a user."""

    def lay_out(authority: Path, user: str = "telemetry", password: str = PASSWORD) -> Secrets:
        for name, content in {"ca.crt": authority.read_text(), "username": user, "password": password}.items():
            path = tmp_path / "server" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return Secrets(str(tmp_path))

    return lay_out


TLS = {"enabled": True, "ca": {"secretName": "server"}}
CREDENTIALS = {"secretName": "server"}


def postgres_address(url: str, secrets_of: Callable[..., Secrets], authority: Path, **user: str) -> str:
    """Return the URL that a manifest with TLS makes of an address."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    described: dict[str, Any] = {"tls": TLS, "credentials": CREDENTIALS, "database": parts["dbname"]}
    described["address"] = f"{parts['host']}:{parts['port']}"
    user.setdefault("password", str(parts["password"]))
    return postgres_url(ExternalPostgres.model_validate(described), secrets_of(authority, **user))


def prepare_with(**servers: Any) -> float:  # noqa: ANN401 - pydantic's own types
    """Prepare, and return how many seconds it took; raise what it raises."""
    usual = {"platform": "test", "reads": Reads.DIRECT, "retention_seconds": 86_400}
    settings = PrepareSettings.model_validate(usual | servers)
    begun = time.monotonic()
    prepare(settings, wait_seconds=PATIENCE)
    return time.monotonic() - begun


def prepare_postgres_with(url: str) -> None:
    prepare_with(writes=Writes.DIRECT, store=Store.POSTGRES, postgres_url=url)


def prepare_kafka_with(prefix: str, bootstrap: str, **security: str | Path | None) -> None:
    prepare_with(
        writes=Writes.KAFKA,
        store=Store.MEMORY,
        kafka_bootstrap=bootstrap,
        topic_prefix=prefix,
        topic_retention_seconds=3600,
        **security,
    )


def refusal_of(step: Callable[[], None]) -> str:
    """Return with which words a preparation gives up, which it must do at once."""
    begun = time.monotonic()
    with pytest.raises(NotPreparedError) as caught:
        step()
    assert time.monotonic() - begun < PATIENCE / 2, "it was waited for"
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_postgres_is_reached_by_all_clients_with_the_right_authority(
    postgres: str, authorities: Authorities, secrets_of: Callable[..., Secrets]
) -> None:
    url = postgres_address(postgres, secrets_of, authorities.right)
    await asyncio.to_thread(prepare_postgres_with, url)
    with connect(url, application="test") as connection:
        assert connection.pgconn.ssl_in_use
    async with make_pool(url, 1) as pool, pool.connection() as reading:
        assert reading.pgconn.ssl_in_use
        found = await (await reading.execute("SELECT version_num FROM alembic_version")).fetchone()
    assert found == (head_revision(),)


def test_postgres_of_another_authority_is_refused_at_once(
    postgres: str, authorities: Authorities, secrets_of: Callable[..., Secrets]
) -> None:
    url = postgres_address(postgres, secrets_of, authorities.wrong)
    text = refusal_of(lambda: prepare_postgres_with(url))
    assert text.startswith("PostgreSQL refuses us: ")
    assert "certificate verify failed" in text


def test_a_wrong_password_of_postgres_is_told_at_once(
    postgres: str, authorities: Authorities, secrets_of: Callable[..., Secrets]
) -> None:
    url = postgres_address(postgres, secrets_of, authorities.right, password="wrong")
    assert 'password authentication failed for user "telemetry"' in refusal_of(lambda: prepare_postgres_with(url))


def test_a_name_that_the_certificate_does_not_have_is_refused(
    postgres: str, authorities: Authorities, secrets_of: Callable[..., Secrets]
) -> None:
    url = postgres_address(postgres, secrets_of, authorities.right).replace("@127.0.0.1:", "@localhost:")
    assert 'does not match host name "localhost"' in refusal_of(lambda: prepare_postgres_with(url))


async def test_redis_is_reached_with_the_right_authority_only(
    redis: str, authorities: Authorities, secrets_of: Callable[..., Secrets]
) -> None:
    password, _, address = redis.removeprefix("rediss://:").rpartition("/")[0].rpartition("@")
    server = ExternalRedis.model_validate({"address": address, "tls": TLS, "credentials": CREDENTIALS})
    urls = [
        redis_url(server, secrets_of(authority, user="default", password=password))
        for authority in (authorities.right, authorities.wrong)
    ]
    # The Secret's file is the same: the second layout stands there now.
    urls[0] = urls[0].replace(urls[0].partition("ssl_ca_certs=")[2], str(authorities.right))
    trusting, wary = (connect_redis(SecretStr(url)) for url in urls)
    async with trusting, wary:
        assert await trusting.set("key", "value") is True
        with pytest.raises(RedisConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
            await wary.get("key")


def test_kafka_is_reached_with_the_right_authority(
    kafka: tuple[str, str], authorities: Authorities, topic_prefix: str
) -> None:
    prepare_kafka_with(topic_prefix, kafka[0], kafka_security_protocol="SSL", kafka_ca_file=authorities.right)


def test_kafka_of_another_authority_is_refused_at_once(
    kafka: tuple[str, str], authorities: Authorities, topic_prefix: str
) -> None:
    text = refusal_of(
        lambda: prepare_kafka_with(
            topic_prefix, kafka[0], kafka_security_protocol="SSL", kafka_ca_file=authorities.wrong
        )
    )
    assert text.startswith("Kafka refuses us: ")
    assert "certificate verify failed" in text


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_login_to_kafka_over_tls_is_accepted_or_told_at_once(
    kafka: tuple[str, str],
    topic_prefix: str,
    authorities: Authorities,
    secrets_of: Callable[..., Secrets],
    password: str,
) -> None:
    described = {
        "address": kafka[1],
        "tls": TLS,
        "authentication": {"mechanism": "PLAIN", "credentials": CREDENTIALS},
    }
    security = kafka_security(ExternalKafka.model_validate(described), secrets_of(authorities.right, password=password))
    assert security.protocol == "SASL_SSL"

    def step() -> None:
        prepare_kafka_with(
            topic_prefix,
            kafka[1],
            kafka_security_protocol=security.protocol,
            kafka_sasl_mechanism=security.mechanism,
            kafka_sasl_username=security.username,
            kafka_sasl_password=security.password,
            kafka_ca_file=security.ca_file,
        )

    if password == PASSWORD:
        step()
    else:
        assert "Authentication failed" in refusal_of(step)
