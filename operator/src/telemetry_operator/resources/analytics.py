"""Analytics: answers questions about readings."""

from telemetry_contract.settings import Component
from telemetry_operator.resources.autoscaling import SERVERS, build_autoscaler
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.deployments import build_server
from telemetry_operator.resources.disruption import build_budget
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.services import build_service
from telemetry_operator.specs.platform import TelemetryPlatform


def build_analytics(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    return (
        build_server(Component.ANALYTICS, platform, context),
        build_service(Component.ANALYTICS, platform, context),
        *build_autoscaler(Component.ANALYTICS, platform, context, SERVERS),
        *build_budget(Component.ANALYTICS, platform, context),
    )
