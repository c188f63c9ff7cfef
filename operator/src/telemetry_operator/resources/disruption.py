"""PodDisruptionBudgets: how many pods a drain of nodes may take at once."""

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_object, selector_of
from telemetry_operator.resources.objects import DISRUPTION_BUDGET, Object
from telemetry_operator.specs.layout import replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform


def build_budget(component: Component, platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """The budget, where there may be several pods.

    It is said as `maxUnavailable`: `minAvailable` would let nobody drain the node of an autoscaler's last pod. Of a
    component that never has more than one pod a budget could only say what holds anyway, or block every drain.
    """
    if replica_bounds(platform.spec, component).most <= 1:
        return ()
    budget = {
        **build_object(DISRUPTION_BUDGET, platform, context, component, component),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": selector_of(platform, component)},
            # Pods that are not ready protect nobody, and would hold up the drain that moves them elsewhere.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
    return (budget,)
