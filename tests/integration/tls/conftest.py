"""The real servers by TLS, their certificates from a throw-away authority. Kafka speaks it itself."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from msgspec import structs

from telemetry_operator.local.servers.server import LOOPBACK, Server
from tests.support.authority import write_authority, write_certificate
from tests.support.ports import take_port
from tests.support.servers import describe_kafka, running
from tests.support.tls_front import tls_front

PASSWORD = "right"


class Authorities:
    """The authority that the servers' certificates are from, and another one; as files for clients."""

    def __init__(self, directory: Path) -> None:
        self.ours = trustme.CA()
        self.right = write_authority(self.ours, directory / "ca.crt")
        self.wrong = write_authority(trustme.CA(), directory / "other-ca.crt")
        self.server = write_certificate(self.ours, directory / "server")


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("authorities"))


@pytest.fixture
def postgres(authorities: Authorities, database_url: str) -> Iterator[str]:
    """The address of a database behind TLS."""
    parts = urlsplit(database_url)
    with tls_front(parts.port or 0, authorities.server, asks_first=True) as port:
        yield database_url.replace(f":{parts.port}/", f":{port}/")


@pytest.fixture
def redis(authorities: Authorities, redis_url: str) -> Iterator[str]:
    """The address of a Redis behind TLS."""
    parts = urlsplit(redis_url)
    with tls_front(parts.port or 0, authorities.server) as port:
        yield redis_url.replace(f":{parts.port}/", f":{port}/").replace("redis:", "rediss:")


@pytest.fixture(scope="session")
def kafka(authorities: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The addresses of a Kafka that speaks TLS: without a login, and with one."""
    directory = tmp_path_factory.mktemp("kafka")
    ports = [take_port() for _ in range(2)]
    with running(_kafka(directory, authorities, ports), directory):
        yield f"{LOOPBACK}:{ports[0]}", f"{LOOPBACK}:{ports[1]}"


def _kafka(directory: Path, authorities: Authorities, ports: list[int]) -> Server:
    """Describe a Kafka with two more listeners, TLS and AUTH."""
    server = describe_kafka(directory)
    key = load_pem_private_key(authorities.server.key.read_bytes(), None)
    keystore = directory / "keystore.pem"
    unlocked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keystore.write_bytes(unlocked + authorities.server.chain.read_bytes())
    login = "org.apache.kafka.common.security.plain.PlainLoginModule"
    more = f"TLS://{LOOPBACK}:{ports[0]},AUTH://{LOOPBACK}:{ports[1]},"
    ((path, text),) = server.program.files.items()
    text = text.replace("listeners=PLAINTEXT:", f"listeners={more}PLAINTEXT:")
    text = text.replace("CONTROLLER:PLAINTEXT", "CONTROLLER:PLAINTEXT,TLS:SSL,AUTH:SASL_SSL")
    text += (
        "inter.broker.listener.name=PLAINTEXT\n"
        f"ssl.keystore.type=PEM\nssl.keystore.location={keystore}\n"
        "sasl.enabled.mechanisms=PLAIN\n"
        f'listener.name.auth.plain.sasl.jaas.config={login} required user_telemetry="{PASSWORD}";\n'
    )
    return replace(server, program=structs.replace(server.program, files={path: text}))
