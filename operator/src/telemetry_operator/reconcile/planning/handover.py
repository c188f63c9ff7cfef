"""Who says how many replicas there are: we, or an autoscaler. Handed over both ways without a jump. Pure.

A field that we applied and leave out is reset to its default, one replica, unless another field manager has it too. So
before we leave it out it is lent to a field manager of its own (`LENDER`), with the count that there is; the autoscaler
takes it from there with its first change. On the way back we apply the count that there is, the autoscaler goes, and
then comes the count of the spec.
"""

from typing import Final

from telemetry_contract.architecture import Store
from telemetry_contract.settings import Component
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Step
from telemetry_operator.reconcile.planning.draft import Draft, head_of
from telemetry_operator.reconcile.planning.ownership import OURS, REPLICAS, owns
from telemetry_operator.reconcile.planning.rollouts import replicas_of
from telemetry_operator.resources.naming import object_name
from telemetry_operator.resources.objects import AUTOSCALER, DEPLOYMENT, Key, Object
from telemetry_operator.specs.layout import component_spec, components_of, is_autoscaled, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform

LENDER: Final = f"{OURS}-replicas"


def replicas_for_now(platform: TelemetryPlatform, observed: Observed) -> dict[Component, int]:
    """Counts to apply that are not what the spec alone would say; see `Context.replicas`."""
    counts = {component: _count_for_now(component, platform, observed) for component in components_of(platform.spec)}
    return {component: count for component, count in counts.items() if count is not None}


def plan_lending(draft: Draft, platform: TelemetryPlatform) -> None:
    """Lend the counts that are ours alone and are to become an autoscaler's."""
    for component in components_of(platform.spec):
        live = _deployment(component, platform, draft.observed)
        if live is None or not is_autoscaled(platform.spec, component) or not _is_ours_alone(live):
            continue
        if count := replicas_of(live):
            lent = {**head_of(live), "spec": {"replicas": count}}
            draft.lend(Step.WORKLOADS, lent, LENDER, f"spec.replicas: {count} becomes the autoscaler's")


def _count_for_now(component: Component, platform: TelemetryPlatform, observed: Observed) -> int | None:
    live = _deployment(component, platform, observed)
    if is_autoscaled(platform.spec, component):
        return _count_until_lent(component, platform, live)
    autoscaler = Key(AUTOSCALER.kind, object_name(platform, component))
    if live is None or autoscaler not in observed.objects or _is_bound_to(component, platform):
        return None
    return replicas_of(live)


def _count_until_lent(component: Component, platform: TelemetryPlatform, live: Object | None) -> int | None:
    least, most = replica_bounds(platform.spec, component)
    start = min(max(component_spec(platform.spec, component).replicas, least), most)
    if live is None:
        return start
    if not _is_ours_alone(live):
        return None
    # An autoscaler leaves alone what is stopped.
    return replicas_of(live) or start


def _is_bound_to(component: Component, platform: TelemetryPlatform) -> bool:
    """Whether any other count than the spec's would be wrong even for a moment: stopped, or all history in one."""
    in_memory = component is Component.CONSUMER and platform.spec.choices.store is Store.MEMORY
    return in_memory or component_spec(platform.spec, component).replicas == 0


def _is_ours_alone(live: Object) -> bool:
    return owns(live, OURS, REPLICAS) and not owns(live, LENDER, REPLICAS)


def _deployment(component: Component, platform: TelemetryPlatform, observed: Observed) -> Object | None:
    return observed.objects.get(Key(DEPLOYMENT.kind, object_name(platform, component)))
