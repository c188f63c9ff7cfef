"""Where each server is and how the platform logs in to it, as its pods see it.

Servers of our own are found by their Service, external ones by the spec. Passwords are in what is returned: it goes
into the Secret of connections (`resources.connections`), never into a log.
"""

from dataclasses import dataclass
from typing import Final

from telemetry_contract.architecture import Store
from telemetry_operator.connections import Encryption, KafkaSecurity, Login, kafka_security, postgres_url, redis_url
from telemetry_operator.environment import Endpoints
from telemetry_operator.errors import PlatformError
from telemetry_operator.resources.context import SecretData
from telemetry_operator.resources.credentials import KEYS_KEY, PASSWORD, credentials_of, wanted_secrets
from telemetry_operator.resources.files import (
    KEYS_FILE,
    REVOCATIONS_FILE,
    TLS_CERT_FILE,
    TLS_KEY_FILE,
    authority_file,
    authority_of,
    keys_secret_name,
)
from telemetry_operator.resources.naming import object_name
from telemetry_operator.resources.ports import KAFKA_PORT, POSTGRES_PORT, PUBLIC_PORT, REDIS_PORT
from telemetry_operator.specs.kafka import ExternalKafka
from telemetry_operator.specs.layout import Server, servers_of
from telemetry_operator.specs.platform import TelemetryPlatform

USER: Final = "telemetry"
DATABASE: Final = "telemetry"
SASL_MECHANISM: Final = "PLAIN"


class SecretMissingError(PlatformError):
    """A Secret that the platform needs is not there, or lacks a key."""

    def __init__(self, secret: str, key: str, *, generated: bool = False) -> None:
        way_out = (
            "it was made with the platform, and a new one would not open what the old one closed: restore it"
            if generated
            else "the manifest names it: create it in the platform's namespace"
        )
        super().__init__(f"there is no Secret {secret} with the key {key}; {way_out}")
        self.secret = secret
        self.key = key
        self.generated = generated


def endpoints_of(platform: TelemetryPlatform, secrets: SecretData) -> Endpoints:
    """What the components need to know of servers and files, passwords included.

    Raises:
        SecretMissingError: a Secret that it takes is not among `secrets`, or lacks a key.
    """
    known, tls = _Known(platform, secrets), platform.spec.tls
    known.read(keys_secret_name(platform), KEYS_KEY)
    if tls:
        known.read(tls.secret_name, "tls.crt")
        known.read(tls.secret_name, "tls.key")
    needed = servers_of(platform.spec)
    security = known.kafka_security() if Server.KAFKA in needed else KafkaSecurity()
    return Endpoints(
        postgres_url=known.postgres_url() if Server.POSTGRES in needed else None,
        redis_url=known.redis_url() if Server.REDIS in needed else None,
        kafka_bootstrap=known.kafka_bootstrap() if Server.KAFKA in needed else None,
        kafka_security_protocol=security.protocol,
        kafka_sasl_mechanism=security.mechanism,
        kafka_sasl_username=security.username,
        kafka_sasl_password=security.password,
        kafka_ca_file=security.ca_file,
        consumer_url=_consumer_url(platform) if platform.spec.choices.store is Store.MEMORY else None,
        keys_file=KEYS_FILE,
        revocations_file=REVOCATIONS_FILE,
        tls_cert_file=TLS_CERT_FILE if tls else None,
        tls_key_file=TLS_KEY_FILE if tls else None,
    )


def read_secret(platform: TelemetryPlatform, secrets: SecretData, name: str, key: str) -> str:
    """One value of a Secret.

    Raises:
        SecretMissingError: it is not there.
    """
    value = secrets.get(name, {}).get(key)
    if not value:
        generated = any(wanted.name == name for wanted in wanted_secrets(platform))
        raise SecretMissingError(name, key, generated=generated)
    return value


def service_host(platform: TelemetryPlatform, suffix: str) -> str:
    """Name by which the platform's pods, and all others of the cluster, find a Service of its own."""
    name, namespace = object_name(platform, suffix), platform.metadata.namespace
    return f"{name}.{namespace}.svc" if namespace else name


def _consumer_url(platform: TelemetryPlatform) -> str:
    return f"http://{service_host(platform, 'consumer')}:{PUBLIC_PORT}"


@dataclass(frozen=True, slots=True)
class _Known:
    platform: TelemetryPlatform
    secrets: SecretData

    def read(self, secret: str, key: str) -> str:
        return read_secret(self.platform, self.secrets, secret, key)

    def postgres_url(self) -> str:
        external = self.platform.spec.postgres.external
        if external is None:
            return postgres_url(self._own_address(Server.POSTGRES, POSTGRES_PORT), DATABASE, self._own(Server.POSTGRES))
        encryption = self._encryption(Server.POSTGRES, enabled=external.tls.enabled)
        return postgres_url(external.address, external.database, self._theirs(Server.POSTGRES), encryption)

    def redis_url(self) -> str:
        external = self.platform.spec.redis.external
        if external is None:
            login = Login("", self._own(Server.REDIS).password)
            return redis_url(self._own_address(Server.REDIS, REDIS_PORT), 0, login)
        encryption = self._encryption(Server.REDIS, enabled=external.tls.enabled)
        return redis_url(external.address, external.database, self._theirs(Server.REDIS), encryption)

    def kafka_bootstrap(self) -> str:
        external = self.platform.spec.kafka.external
        return external.address if external else self._own_address(Server.KAFKA, KAFKA_PORT)

    def kafka_security(self) -> KafkaSecurity:
        external = self.platform.spec.kafka.external
        return self._their_security(external) if external else kafka_security(SASL_MECHANISM, self._own(Server.KAFKA))

    def _their_security(self, external: ExternalKafka) -> KafkaSecurity:
        mechanism = external.authentication.mechanism.value if external.authentication else None
        encryption = self._encryption(Server.KAFKA, enabled=external.tls.enabled)
        return kafka_security(mechanism, self._theirs(Server.KAFKA), encryption)

    def _own_address(self, server: Server, port: int) -> str:
        return f"{service_host(self.platform, server)}:{port}"

    def _own(self, server: Server) -> Login:
        return Login(USER, self.read(object_name(self.platform, server), PASSWORD))

    def _theirs(self, server: Server) -> Login | None:
        credentials = credentials_of(self.platform.spec, server)
        if credentials is None:
            return None
        keys = (credentials.username_key, credentials.password_key)
        # A line's end is what `kubectl create secret --from-file` leaves of an editor.
        return Login(*(self.read(credentials.secret_name, key).rstrip("\n") for key in keys))

    def _encryption(self, server: Server, *, enabled: bool) -> Encryption:
        if authority := authority_of(self.platform.spec, server):
            self.read(authority.secret_name, authority.key)
        return Encryption(enabled, authority_file(self.platform.spec, server))
