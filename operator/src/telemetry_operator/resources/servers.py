"""The servers that a platform runs itself: all their objects, in the order in which a visit applies them."""

from collections.abc import Callable, Mapping
from typing import Final

from telemetry_operator.resources.context import Context
from telemetry_operator.resources.kafka import build_kafka
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.postgres import build_postgres
from telemetry_operator.resources.redis import build_redis
from telemetry_operator.specs.layout import Server, builtin_servers
from telemetry_operator.specs.platform import TelemetryPlatform

_BUILDERS: Final[Mapping[Server, Callable[[TelemetryPlatform, Context], tuple[Object, ...]]]] = {
    Server.POSTGRES: build_postgres,
    Server.REDIS: build_redis,
    Server.KAFKA: build_kafka,
}


def build_servers(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """StatefulSets, Services, ConfigMaps and budgets of the builtin servers that the spec needs.

    Raises:
        SecretMissingError: a server's Secret is not among the context's.
    """
    return tuple(one for server in builtin_servers(platform.spec) for one in _BUILDERS[server](platform, context))
