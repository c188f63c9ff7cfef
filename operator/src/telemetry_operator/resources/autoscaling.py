"""HorizontalPodAutoscalers: replicas by CPU, between the bounds of the spec.

CPU cannot see everything: a producer that waits for a slow PostgreSQL, or a consumer that does, is idle and behind.
More replicas would not help either; what helps is told by the buffer's age and the conditions.
"""

from typing import Final, NamedTuple

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_object, object_name
from telemetry_operator.resources.objects import AUTOSCALER, DEPLOYMENT, Object
from telemetry_operator.specs.layout import component_spec, is_autoscaled, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform


class Pace(NamedTuple):
    """How fast a component grows and shrinks."""

    grow_window: int
    """Seconds; the lowest count that CPU asked for within them is taken when growing."""
    grow_period: int
    """Seconds in which the count may double, or grow by two."""
    shrink_window: int
    """Seconds; the highest count that CPU asked for within them is taken when shrinking."""
    shrink_period: int
    """Seconds in which half of the pods may go."""


# CPU is measured every 15 s: one high figure alone, as of a start or a large batch, is no load yet, two are. Doubling
# each half minute brings 1 to 4 within a minute, about as soon as each new pod takes part. Clients come in waves, and
# those who come back within 5 minutes find the pods still there.
SERVERS: Final = Pace(grow_window=15, grow_period=30, shrink_window=300, shrink_period=60)

# Each change of a consumer group stops all of it for a moment, and Kafka holds what waits: fewer, surer steps.
GROUP: Final = Pace(grow_window=30, grow_period=60, shrink_window=600, shrink_period=120)


def build_autoscaler(
    component: Component, platform: TelemetryPlatform, context: Context, pace: Pace
) -> tuple[Object, ...]:
    """The autoscaler, where one decides."""
    if not is_autoscaled(platform.spec, component):
        return ()
    least, most = replica_bounds(platform.spec, component)
    target = component_spec(platform.spec, component).autoscaling.target_cpu_percent
    autoscaler = {
        **build_object(AUTOSCALER, platform, context, component, component),
        "spec": {
            "scaleTargetRef": {
                "apiVersion": DEPLOYMENT.api_version,
                "kind": DEPLOYMENT.kind,
                "name": object_name(platform, component),
            },
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": target}},
                }
            ],
            "behavior": _behavior(pace),
        },
    }
    return (autoscaler,)


def _behavior(pace: Pace) -> Object:
    return {
        "scaleUp": {
            "stabilizationWindowSeconds": pace.grow_window,
            "selectPolicy": "Max",
            "policies": [
                {"type": "Percent", "value": 100, "periodSeconds": pace.grow_period},
                {"type": "Pods", "value": 2, "periodSeconds": pace.grow_period},
            ],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": pace.shrink_window,
            "selectPolicy": "Max",
            "policies": [{"type": "Percent", "value": 50, "periodSeconds": pace.shrink_period}],
        },
    }
