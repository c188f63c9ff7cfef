"""All that runs our own programs, in the order in which a visit applies it."""

from telemetry_operator.resources.accounts import build_account
from telemetry_operator.resources.analytics import build_analytics
from telemetry_operator.resources.connections import build_connections
from telemetry_operator.resources.consumer import build_consumer
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.ingress import build_ingress
from telemetry_operator.resources.network import build_policies
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.prepare import build_prepare
from telemetry_operator.resources.producer import build_producer
from telemetry_operator.resources.programs import image_of
from telemetry_operator.specs.platform import TelemetryPlatform

__all__ = ["build_foundation", "build_prepare", "build_workloads", "image_of"]


def build_foundation(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """What pods need before they start: an account, the servers' addresses, and who may speak to whom."""
    return (
        build_account(platform, context),
        *build_connections(platform, context),
        *build_policies(platform, context),
    )


def build_workloads(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """The programs that run as long as the platform does, against the data's way: who is asked comes before who asks.

    So a new consumer reads what the old producer writes before a new producer writes something new.
    """
    return (
        *build_consumer(platform, context),
        *build_analytics(platform, context),
        *build_producer(platform, context),
        *build_ingress(platform, context),
    )
