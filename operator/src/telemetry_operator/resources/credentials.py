"""Secrets that are made once for a platform and never written again, and which Secrets it needs in all.

Losing one must not be healed: a new password does not open the volume that the old one closed. So these are created,
never applied, and what is missing later is told (`addresses.SecretMissingError`).
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from telemetry_contract.keys import format_keyring
from telemetry_operator.generated import NO_REVOCATIONS, Entropy, new_cluster_id, new_keyring, new_password
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.files import authority_of, keys_secret_name
from telemetry_operator.resources.naming import build_object, object_name
from telemetry_operator.resources.objects import CONFIG_MAP, SECRET, Object
from telemetry_operator.resources.volumes import claim_names
from telemetry_operator.specs.layout import Server, builtin_servers, servers_of
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.secrets import Credentials
from telemetry_operator.specs.spec import DeletionPolicy, PlatformSpec

KEYS: Final = "keys"
KEYS_KEY: Final = "keys.json"
REVOCATIONS_KEY: Final = "revocations.json"
PASSWORD: Final = "password"  # noqa: S105 - a key's name
BROKER_PASSWORD: Final = "broker-password"  # noqa: S105 - a key's name
CLUSTER_ID: Final = "cluster-id"

KEYS_OF: Final[Mapping[Server, tuple[str, ...]]] = {
    Server.POSTGRES: (PASSWORD,),
    Server.REDIS: (PASSWORD,),
    Server.KAFKA: (PASSWORD, BROKER_PASSWORD, CLUSTER_ID),
}

_MAKERS: Final[Mapping[str, Callable[[Entropy], str]]] = {
    KEYS_KEY: lambda entropy: format_keyring(new_keyring(entropy)).decode(),
    PASSWORD: new_password,
    BROKER_PASSWORD: new_password,
    CLUSTER_ID: new_cluster_id,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSecret:
    """A Secret of a platform's own."""

    name: str
    component: str
    keys: tuple[str, ...]
    server: Server | None = None
    """The server whose password it holds; None for the keys of devices and tokens."""
    claims: tuple[str, ...] = ()
    """PersistentVolumeClaims whose data is closed without it."""


def wanted_secrets(platform: TelemetryPlatform) -> tuple[GeneratedSecret, ...]:
    """Secrets that the platform makes for itself: where the spec names none, and for servers of its own."""
    return (*_wanted_keys(platform), *_wanted_passwords(platform))


def secret_names(platform: TelemetryPlatform) -> frozenset[str]:
    """Every Secret that the platform needs, its own and those that the spec names."""
    own = {wanted.name for wanted in wanted_secrets(platform)}
    return frozenset(own | {keys_secret_name(platform)} | set(_named_by(platform.spec)))


def build_secret(wanted: GeneratedSecret, platform: TelemetryPlatform, context: Context, entropy: Entropy) -> Object:
    """The Secret, to be created; a function of what `entropy` gives."""
    head = build_object(SECRET, platform, context, wanted.component, wanted.component)
    data = {key: b64encode(_MAKERS[key](entropy).encode()).decode() for key in wanted.keys}
    return {**_surviving(head, platform), "type": "Opaque", "data": data}


def build_revocations(platform: TelemetryPlatform, context: Context) -> Object | None:
    """The ConfigMap of revoked devices, to be created empty; None where the spec names one."""
    if platform.spec.auth.revocations_config_map_name:
        return None
    head = build_object(CONFIG_MAP, platform, context, "revocations", KEYS)
    return {**_surviving(head, platform), "data": {REVOCATIONS_KEY: NO_REVOCATIONS}}


def credentials_of(spec: PlatformSpec, server: Server) -> Credentials | None:
    """How the platform logs in to an external server."""
    if server is Server.KAFKA:
        authentication = spec.kafka.external.authentication if spec.kafka.external else None
        return authentication.credentials if authentication else None
    external = spec.postgres.external if server is Server.POSTGRES else spec.redis.external
    return external.credentials if external else None


def _wanted_keys(platform: TelemetryPlatform) -> Iterator[GeneratedSecret]:
    if not platform.spec.auth.keys_secret_name:
        yield GeneratedSecret(name=object_name(platform, KEYS), component=KEYS, keys=(KEYS_KEY,))


def _wanted_passwords(platform: TelemetryPlatform) -> Iterator[GeneratedSecret]:
    for server in builtin_servers(platform.spec):
        yield GeneratedSecret(
            name=object_name(platform, server),
            component=server.value,
            keys=KEYS_OF[server],
            server=server,
            claims=claim_names(platform, server),
        )


def _named_by(spec: PlatformSpec) -> Iterator[str]:
    if spec.tls:
        yield spec.tls.secret_name
    for server in servers_of(spec):
        references = (credentials_of(spec, server), authority_of(spec, server))
        yield from (reference.secret_name for reference in references if reference)


def _surviving(head: Object, platform: TelemetryPlatform) -> Object:
    """The head without its owner where data outlives the platform: who applies the manifest again finds both."""
    if platform.spec.deletion_policy is DeletionPolicy.DELETE:
        return head
    metadata = {name: value for name, value in head["metadata"].items() if name != "ownerReferences"}
    return {**head, "metadata": metadata}
