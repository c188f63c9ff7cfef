"""Where each server is: embedded, given on the command line, or `external` in the manifest."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from telemetry_operator.connections import KafkaSecurity
from telemetry_operator.environment import Endpoints
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.external import (
    Secrets,
    certificate_files,
    kafka_security,
    postgres_url,
    redis_url,
)
from telemetry_operator.local.options import Options
from telemetry_operator.local.state import State
from telemetry_operator.specs.backing import Provider, is_host_and_port
from telemetry_operator.specs.layout import Server, provider_of, servers_of
from telemetry_operator.specs.spec import PlatformSpec

SCHEMES: Final = {Server.POSTGRES: ("postgresql", "postgres"), Server.REDIS: ("redis", "rediss")}
DEFAULT_PORTS: Final = {"postgresql": 5432, "postgres": 5432, "redis": 6379, "rediss": 6379}


class AddressError(PlatformError):
    """A server's address cannot be used."""


def given(options: Options) -> dict[Server, str]:
    """Return the servers given on the command line.

    Raises:
        AddressError: an address is not one.
    """
    by_flag = {Server.POSTGRES: options.postgres, Server.REDIS: options.redis, Server.KAFKA: options.kafka}
    addresses = {server: address for server, address in by_flag.items() if address is not None}
    for server, address in addresses.items():
        _check(server, address)
    return addresses


def embedded_servers(spec: PlatformSpec, options: Options) -> tuple[Server, ...]:
    """Return the servers that we are to run ourselves.

    Raises:
        AddressError: an address on the command line is not one, or of no use to the architecture.
    """
    theirs, needed = given(options), servers_of(spec)
    # Redis is of use to every architecture: it counts the rate limits for several processes.
    if unused := [server for server in theirs if server not in needed and server is not Server.REDIS]:
        raise AddressError(f"--{unused[0]} is given, and this architecture uses no {unused[0]}", hint="leave it out")
    return tuple(server for server in needed if server not in theirs and provider_of(spec, server) is Provider.BUILTIN)


def endpoints_of(spec: PlatformSpec, options: Options, embedded: Mapping[Server, str], state: State) -> Endpoints:
    """Return what the components need to know of servers and files; `embedded` are our own servers' addresses.

    Raises:
        SecretMissingError: the manifest names a Secret, which is not to be had here.
    """
    secrets, ours_or_given = Secrets(options.secrets), {**embedded, **given(options)}
    urls = {**_external_urls(spec, secrets, ours_or_given), **ours_or_given}
    theirs = spec.kafka.external if Server.KAFKA not in ours_or_given else None
    security = kafka_security(theirs, secrets) if theirs else KafkaSecurity()
    chain, key = certificate_files(spec.tls, secrets)
    return Endpoints(
        postgres_url=urls.get(Server.POSTGRES),
        redis_url=urls.get(Server.REDIS),
        kafka_bootstrap=urls.get(Server.KAFKA),
        kafka_security_protocol=security.protocol,
        kafka_sasl_mechanism=security.mechanism,
        kafka_sasl_username=security.username,
        kafka_sasl_password=security.password,
        kafka_ca_file=security.ca_file,
        kafka_brokers=1 if Server.KAFKA in embedded else None,
        keys_file=str(state.keys_file),
        revocations_file=str(state.revocations_file),
        tls_cert_file=chain,
        tls_key_file=key,
    )


def locations(endpoints: Endpoints) -> dict[Server, list[tuple[str, int]]]:
    """Return hosts and ports of each server, without anything secret."""
    urls = {Server.POSTGRES: endpoints.postgres_url, Server.REDIS: endpoints.redis_url}
    found = {server: [_location(url)] for server, url in urls.items() if url}
    if endpoints.kafka_bootstrap:
        pairs = [address.rpartition(":") for address in endpoints.kafka_bootstrap.split(",")]
        found[Server.KAFKA] = [(host, int(port)) for host, _, port in pairs]
    return found


def _external_urls(spec: PlatformSpec, secrets: Secrets, known: Mapping[Server, str]) -> dict[Server, str]:
    urls: dict[Server, str] = {}
    needed = [server for server in servers_of(spec) if server not in known]
    if Server.POSTGRES in needed and spec.postgres.external:
        urls[Server.POSTGRES] = postgres_url(spec.postgres.external, secrets)
    if Server.REDIS in needed and spec.redis.external:
        urls[Server.REDIS] = redis_url(spec.redis.external, secrets)
    if Server.KAFKA in needed and spec.kafka.external:
        urls[Server.KAFKA] = spec.kafka.external.address
    return urls


def _location(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "localhost", parts.port or DEFAULT_PORTS[parts.scheme]


def _check(server: Server, address: str) -> None:
    """Refuse what is no address. A URL is not repeated in the error: it may hold a password."""
    if server is Server.KAFKA:
        if not all(is_host_and_port(part) for part in address.split(",")):
            raise AddressError(f"--kafka {address}: an address like 127.0.0.1:9092 is needed (host:port)")
        return
    try:
        parts = urlsplit(address)
        right = parts.scheme in SCHEMES[server] and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        example = f"{SCHEMES[server][0]}://user:password@host:port/database"
        raise AddressError(f"--{server}: a URL like {example} is needed")
