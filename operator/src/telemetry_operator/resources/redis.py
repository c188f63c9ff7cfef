"""The builtin Redis: a cache, and the counts of rate limits.

Nothing in it is worth a write to the disk while it runs. Ending as it should, it leaves its contents on the volume, so
that a rollout neither empties the cache nor gives every caller a fresh limit; a crash does both, and harms nobody.
"""

from typing import Final

from telemetry_operator.resources.context import Context
from telemetry_operator.resources.credentials import PASSWORD
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.pods import probe
from telemetry_operator.resources.ports import REDIS_PORT
from telemetry_operator.resources.sizes import memory_bytes
from telemetry_operator.resources.stateful import (
    Shape,
    build_client_service,
    build_configuration,
    build_stateful_set,
    execute,
    run_script,
    script,
)
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import PlatformSpec

IMAGE_USER: Final = 999
VOLUME: Final = "/data"
# Of the limit; the rest is for clients' buffers, and what memory is fragmented by.
SHARE: Final = 0.7

PROBES: Final = {
    "startupProbe": probe(execute("redis-cli", "ping"), every=1, failures=60, timeout=5),
    # While it loads its contents it answers, but not this.
    "readinessProbe": probe(execute("sh", "-c", "redis-cli ping | grep -q PONG"), every=5, failures=3, timeout=5),
    "livenessProbe": probe(execute("redis-cli", "ping"), every=10, failures=6, timeout=5),
}
GRACE_SECONDS: Final = 30


def build_redis(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    shape = _shape(platform, context)
    return (
        build_configuration(shape, platform, context),
        build_client_service(shape, platform, context, "redis"),
        build_stateful_set(shape, platform, context),
    )


def settings_of(spec: PlatformSpec) -> dict[str, str]:
    """Settings in Redis' own words."""
    return {
        "bind": "* -::*",
        "port": str(REDIS_PORT),
        "dir": VOLUME,
        "save": '""',
        "appendonly": "no",
        # A disk that is full must not keep it from ending.
        "shutdown-on-sigterm": "save force",
        "maxmemory": str(int(memory_bytes(spec, Server.REDIS) * SHARE)),
        "maxmemory-policy": "allkeys-lru",
        "tcp-keepalive": "60",
    }


def _shape(platform: TelemetryPlatform, context: Context) -> Shape:
    settings = settings_of(platform.spec)
    return Shape(
        server=Server.REDIS,
        image=platform.spec.images.redis or context.images.redis,
        user=IMAGE_USER,
        ports={"redis": REDIS_PORT},
        data_path=VOLUME,
        env={},
        # The name by which redis-cli takes it, in probes too.
        secret_env={"REDISCLI_AUTH": PASSWORD},
        configuration={
            "redis.conf": "".join(f"{name} {value}\n" for name, value in settings.items()),
            "start.sh": script("redis-start.sh"),
        },
        container={"command": run_script("sh", "start.sh"), **PROBES},
        grace_seconds=GRACE_SECONDS,
        governed_by=Server.REDIS,
    )
