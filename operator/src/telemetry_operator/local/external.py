"""Servers that the manifest calls `external`: their addresses with the secrets to use them.

A Secret that the manifest names is a directory here (`Options.secrets`): `<secret>/<key>` is a file, as a cluster
mounts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.kafka import ExternalKafka
from telemetry_operator.specs.postgres import ExternalPostgres
from telemetry_operator.specs.redis import ExternalRedis
from telemetry_operator.specs.secrets import Credentials, ServingCertificate, Tls


class SecretMissingError(PlatformError):
    """A Secret that the manifest names is not to be had on this machine."""


@dataclass(frozen=True, slots=True)
class KafkaSecurity:
    """How a client speaks to Kafka, in librdkafka's words."""

    protocol: str = "PLAINTEXT"
    mechanism: str | None = None
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None


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

    def user(self, credentials: Credentials) -> tuple[str, str]:
        """Return a user's name and password."""
        keys = (credentials.username_key, credentials.password_key)
        name, password = (self.file(credentials.secret_name, key).read_text().rstrip("\n") for key in keys)
        return name, password

    def authority(self, tls: Tls) -> str | None:
        """Return the file of the authority that the connection trusts; None is the system's own."""
        return str(self.file(tls.ca.secret_name, tls.ca.key)) if tls.enabled and tls.ca else None


def certificate_files(serving: ServingCertificate | None, secrets: Secrets) -> tuple[str, str] | tuple[None, None]:
    """Return the files of the certificate and of its key that clients are shown, if there is to be one."""
    if serving is None:
        return None, None
    chain, key = (secrets.file(serving.secret_name, name) for name in ("tls.crt", "tls.key"))
    return str(chain), str(key)


def postgres_url(server: ExternalPostgres, secrets: Secrets) -> str:
    authority = secrets.authority(server.tls) or "system"
    query = {"sslmode": "verify-full", "sslrootcert": authority} if server.tls.enabled else {}
    database = quote(server.database, safe="")
    return f"postgresql://{_user(server.credentials, secrets)}{server.address}/{database}{_query(query)}"


def redis_url(server: ExternalRedis, secrets: Secrets) -> str:
    scheme = "rediss" if server.tls.enabled else "redis"
    authority = secrets.authority(server.tls)
    query = {"ssl_ca_certs": authority} if authority else {}
    return f"{scheme}://{_user(server.credentials, secrets)}{server.address}/{server.database}{_query(query)}"


def kafka_security(server: ExternalKafka, secrets: Secrets) -> KafkaSecurity:
    encryption = "SSL" if server.tls.enabled else "PLAINTEXT"
    authority = secrets.authority(server.tls)
    if server.authentication is None:
        return KafkaSecurity(encryption, ca_file=authority)
    username, password = secrets.user(server.authentication.credentials)
    mechanism = server.authentication.mechanism.value
    return KafkaSecurity(f"SASL_{encryption}", mechanism, username, password, authority)


def _user(credentials: Credentials | None, secrets: Secrets) -> str:
    if credentials is None:
        return ""
    username, password = secrets.user(credentials)
    return f"{quote(username, safe='')}:{quote(password, safe='')}@"


def _query(parameters: Mapping[str, str]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
