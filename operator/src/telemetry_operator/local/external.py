"""Servers that the manifest calls `external`: their addresses with the secrets to use them.

A Secret that the manifest names is a directory here (`Options.secrets`): `<secret>/<key>` is a file, as a cluster
mounts it.
"""

from dataclasses import dataclass
from pathlib import Path

from telemetry_operator import connections
from telemetry_operator.connections import Encryption, KafkaSecurity, Login
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.kafka import ExternalKafka
from telemetry_operator.specs.postgres import ExternalPostgres
from telemetry_operator.specs.redis import ExternalRedis
from telemetry_operator.specs.secrets import Credentials, ServingCertificate, Tls


class SecretMissingError(PlatformError):
    """A Secret that the manifest names is not to be had on this machine."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """A directory that stands for the cluster's Secrets; None where there is none."""

    directory: str | None

    def file(self, secret: str, key: str) -> Path:
        """Return the path of one key.

        Raises:
            SecretMissingError: it is not there.
        """
        path = Path(self.directory or "", secret, key).absolute()
        if self.directory is None or not path.is_file():
            found = "no directory stands for Secrets here" if self.directory is None else f"{path} is not there"
            raise SecretMissingError(
                f"the manifest names the Secret {secret}, and {found}",
                hint=f"give --secrets DIR, in which {secret}/{key} is a file, or the server's whole address",
            )
        return path

    def login(self, credentials: Credentials | None) -> Login | None:
        """Return a user's name and password, if there is to be one."""
        if credentials is None:
            return None
        keys = (credentials.username_key, credentials.password_key)
        return Login(*(self.file(credentials.secret_name, key).read_text().rstrip("\n") for key in keys))

    def encryption(self, tls: Tls) -> Encryption:
        authority = str(self.file(tls.ca.secret_name, tls.ca.key)) if tls.enabled and tls.ca else None
        return Encryption(tls.enabled, authority)


def certificate_files(serving: ServingCertificate | None, secrets: Secrets) -> tuple[str, str] | tuple[None, None]:
    """Return the files of the certificate and of its key that clients are shown, if there is to be one."""
    if serving is None:
        return None, None
    chain, key = (secrets.file(serving.secret_name, name) for name in ("tls.crt", "tls.key"))
    return str(chain), str(key)


def postgres_url(server: ExternalPostgres, secrets: Secrets) -> str:
    login, encryption = secrets.login(server.credentials), secrets.encryption(server.tls)
    return connections.postgres_url(server.address, server.database, login, encryption)


def redis_url(server: ExternalRedis, secrets: Secrets) -> str:
    login, encryption = secrets.login(server.credentials), secrets.encryption(server.tls)
    return connections.redis_url(server.address, server.database, login, encryption)


def kafka_security(server: ExternalKafka, secrets: Secrets) -> KafkaSecurity:
    encryption, authentication = secrets.encryption(server.tls), server.authentication
    if authentication is None:
        return connections.kafka_security(None, None, encryption)
    login = secrets.login(authentication.credentials)
    return connections.kafka_security(authentication.mechanism.value, login, encryption)
