"""The consumer: stores what Kafka carries; several share the partitions, or one keeps all history in its memory."""

from telemetry_contract.architecture import Store, Writes
from telemetry_contract.settings import Component
from telemetry_operator.resources.autoscaling import GROUP, build_autoscaler
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.deployments import build_group, build_single
from telemetry_operator.resources.disruption import build_budget
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.services import build_service
from telemetry_operator.specs.platform import TelemetryPlatform


def build_consumer(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    choices = platform.spec.choices
    if choices.writes is Writes.DIRECT:
        return ()
    if choices.store is Store.MEMORY:
        return (
            build_single(Component.CONSUMER, platform, context),
            build_service(Component.CONSUMER, platform, context),
        )
    return (
        build_group(Component.CONSUMER, platform, context),
        *build_autoscaler(Component.CONSUMER, platform, context, GROUP),
        *build_budget(Component.CONSUMER, platform, context),
    )
