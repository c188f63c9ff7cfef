"""Files in our programs' pods: where each stands, and the volume that it comes from.

Volumes are mounted as whole directories, never by subPath: only so does the kubelet show what changes in them, and the
programs read keys, revocations and certificates again without a restart.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from telemetry_contract.settings import Variable
from telemetry_operator.resources.naming import object_name
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.pods import config_map_volume, mount_read_only, secret_volume
from telemetry_operator.specs.layout import Server, servers_of
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.secrets import CertificateAuthority
from telemetry_operator.specs.spec import PlatformSpec

ROOT: Final = "/etc/telemetry"
KEYS_FILE: Final = f"{ROOT}/keys/keys.json"
REVOCATIONS_FILE: Final = f"{ROOT}/revocations/revocations.json"
TLS_CERT_FILE: Final = f"{ROOT}/tls/tls.crt"
TLS_KEY_FILE: Final = f"{ROOT}/tls/tls.key"

ADDRESSES: Final = {
    Server.POSTGRES: Variable.POSTGRES_URL,
    Server.REDIS: Variable.REDIS_URL,
    Server.KAFKA: Variable.KAFKA_BOOTSTRAP,
}
"""The variable by which a program is told of a server."""


class MountedFiles(NamedTuple):
    """A directory of a pod."""

    volume: Object
    mount: Object


def files_of(platform: TelemetryPlatform, environment: Mapping[str, str]) -> tuple[MountedFiles, ...]:
    """Directories that a program with these variables reads from."""
    return (*_own_files(platform, environment), *_authority_files(platform.spec, environment))


def keys_secret_name(platform: TelemetryPlatform) -> str:
    return platform.spec.auth.keys_secret_name or object_name(platform, "keys")


def revocations_config_map_name(platform: TelemetryPlatform) -> str:
    return platform.spec.auth.revocations_config_map_name or object_name(platform, "revocations")


def authority_of(spec: PlatformSpec, server: Server) -> CertificateAuthority | None:
    """Whom the programs trust when they speak to an external server; None is the system's authorities."""
    external = {
        Server.POSTGRES: spec.postgres.external,
        Server.REDIS: spec.redis.external,
        Server.KAFKA: spec.kafka.external,
    }[server]
    return external.tls.ca if external and external.tls.enabled else None


def authority_file(spec: PlatformSpec, server: Server) -> str | None:
    authority = authority_of(spec, server)
    return f"{_authority_directory(server)}/{authority.key}" if authority else None


def authorities_of(spec: PlatformSpec, environment: Mapping[str, str]) -> Iterator[tuple[Server, CertificateAuthority]]:
    """Authorities of the servers that a program with these variables speaks to."""
    for server in servers_of(spec):
        authority = authority_of(spec, server)
        if authority and ADDRESSES[server] in environment:
            yield server, authority


def _own_files(platform: TelemetryPlatform, environment: Mapping[str, str]) -> Iterator[MountedFiles]:
    if Variable.KEYS_FILE in environment:
        yield _mounted(secret_volume("keys", keys_secret_name(platform), "keys.json"), f"{ROOT}/keys")
    if Variable.REVOCATIONS_FILE in environment:
        yield _mounted(config_map_volume("revocations", revocations_config_map_name(platform)), f"{ROOT}/revocations")
    if Variable.TLS_CERT_FILE in environment and platform.spec.tls:
        yield _mounted(secret_volume("tls", platform.spec.tls.secret_name, "tls.crt", "tls.key"), f"{ROOT}/tls")


def _authority_files(spec: PlatformSpec, environment: Mapping[str, str]) -> Iterator[MountedFiles]:
    for server, authority in authorities_of(spec, environment):
        volume = secret_volume(f"{server}-ca", authority.secret_name, authority.key)
        yield _mounted(volume, _authority_directory(server))


def _authority_directory(server: Server) -> str:
    return f"{ROOT}/ca/{server}"


def _mounted(volume: Object, path: str) -> MountedFiles:
    return MountedFiles(volume, mount_read_only(volume["name"], path))
