"""The login by which a run's collector asks a builtin server how it is: it reads statistics, and nothing else.

Its password follows from the platform's own, one way: who knows it does not know the other, and a platform that is
there already needs no new Secret for it. The servers' scripts make the login (`scripts/`), by the same rule.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from telemetry_loadtest.collector.config import Config
from telemetry_operator.connections import Login, postgres_url, redis_url
from telemetry_operator.resources.addresses import DATABASE, service_host
from telemetry_operator.resources.ports import POSTGRES_PORT, REDIS_PORT
from telemetry_operator.specs.layout import Server, builtin_servers, servers_of
from telemetry_operator.specs.platform import TelemetryPlatform

OBSERVER: Final = "telemetry_observer"
EXTERNAL: Final = "an external server: the platform has no login of its own there that could only read"
NO_ROLES: Final = "a builtin Kafka has no login that could only read"


def observer_password(password: str) -> str:
    return hashlib.sha256(f"observer:{password}".encode()).hexdigest()


def config_of(platform: TelemetryPlatform, passwords: Mapping[Server, str]) -> Config:
    """How the collector reaches the servers that it may ask; `passwords` are the platform's own."""
    logins = {server: Login(OBSERVER, observer_password(given)) for server, given in passwords.items()}
    postgres, redis = logins.get(Server.POSTGRES), logins.get(Server.REDIS)
    return Config(
        postgres=postgres and postgres_url(_address(platform, Server.POSTGRES), DATABASE, postgres),
        redis=redis and redis_url(_address(platform, Server.REDIS), 0, redis),
    )


def asked_servers(platform: TelemetryPlatform) -> tuple[Server, ...]:
    """Builtin servers with a login for observers."""
    return tuple(server for server in builtin_servers(platform.spec) if server in _PORTS)


def unasked_servers(platform: TelemetryPlatform) -> dict[Server, str]:
    """The platform's other servers, and why nobody asks them."""
    asked, own = asked_servers(platform), builtin_servers(platform.spec)
    return {
        server: NO_ROLES if server in own else EXTERNAL for server in servers_of(platform.spec) if server not in asked
    }


_PORTS: Final = {Server.POSTGRES: POSTGRES_PORT, Server.REDIS: REDIS_PORT}


def _address(platform: TelemetryPlatform, server: Server) -> str:
    return f"{service_host(platform, server)}:{_PORTS[server]}"
