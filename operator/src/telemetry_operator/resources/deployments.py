"""Deployments of our own programs: how many, how they are replaced, and how it is known that they live."""

from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_object, selector_of
from telemetry_operator.resources.objects import DEPLOYMENT, Object
from telemetry_operator.resources.pods import http_get, probe
from telemetry_operator.resources.ports import MANAGEMENT
from telemetry_operator.resources.programs import build_program
from telemetry_operator.specs.layout import component_spec, is_autoscaled
from telemetry_operator.specs.platform import TelemetryPlatform

# One more before one less: a pod that does not become ready takes nobody's place, and holds up all others.
ROLLING: Final = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
RECREATED: Final = {"type": "Recreate"}

# Endpoints, load balancers and kube-proxies hear of a pod's end after it was told of it: until then it must answer.
LEAVE_SECONDS: Final = 5
# Each longer than all that may follow SIGTERM: requests 11 s, what they began 10 s, the last spans 3 s.
SERVER_GRACE_SECONDS: Final = LEAVE_SECONDS + 40
CONSUMER_GRACE_SECONDS: Final = 30

PROGRESS_SECONDS: Final = 300  # twice the longest start, and a large image on a slow line
READY_SECONDS: Final = 5  # a program that dies of its first requests does so before the next pod is replaced
HISTORY: Final = 2  # to look up what ran before; the way back is the manifest

LEAVE_FIRST: Final = {"lifecycle": {"preStop": {"sleep": {"seconds": LEAVE_SECONDS}}}}

PROBES: Final = {
    # Two minutes for importing on a throttled CPU, and not asked before the fastest. Servers may be away for as long as
    # they like: that is readiness.
    "startupProbe": {**probe(http_get("/livez", MANAGEMENT), every=2, failures=60), "initialDelaySeconds": 2},
    # False from the first moment of a drain; else slow answers are load, and fewer pods would make it worse.
    "readinessProbe": probe(http_get("/readyz", MANAGEMENT), every=3, failures=3, timeout=5),
    # A loop that has not turned for a minute will not turn again; a busy one answers within that.
    "livenessProbe": probe(http_get("/livez", MANAGEMENT), every=10, failures=6, timeout=5),
}


def build_server(component: Component, platform: TelemetryPlatform, context: Context) -> Object:
    """Deployment of a program that clients speak to."""
    return _build(
        component,
        platform,
        context,
        strategy=ROLLING,
        grace_seconds=SERVER_GRACE_SECONDS,
        hooks=LEAVE_FIRST,
        ready_seconds=READY_SECONDS,
    )


def build_group(component: Component, platform: TelemetryPlatform, context: Context) -> Object:
    """Deployment of consumers that share partitions; one more than partitions is ready too, and waits."""
    return _build(
        component,
        platform,
        context,
        strategy=ROLLING,
        grace_seconds=CONSUMER_GRACE_SECONDS,
        # The group gives partitions out anew at each change: one change is over before the next.
        ready_seconds=READY_SECONDS,
    )


def build_single(component: Component, platform: TelemetryPlatform, context: Context) -> Object:
    """Deployment of the one consumer that keeps history: the next reads the log after the last has left it."""
    return _build(component, platform, context, strategy=RECREATED, grace_seconds=CONSUMER_GRACE_SECONDS)


def _build(
    component: Component,
    platform: TelemetryPlatform,
    context: Context,
    *,
    strategy: Object,
    grace_seconds: int,
    hooks: Object | None = None,
    ready_seconds: int = 0,
) -> Object:
    selector = selector_of(platform, component)
    template = build_program(
        component,
        platform,
        context,
        grace_seconds=grace_seconds,
        container={**PROBES, **(hooks or {})},
        pod={"topologySpreadConstraints": [_over_nodes(selector)]},
    )
    return {
        **build_object(DEPLOYMENT, platform, context, component, component),
        "spec": {
            **replicas_of(component, platform, context),
            "selector": {"matchLabels": selector},
            "strategy": strategy,
            **({"minReadySeconds": ready_seconds} if ready_seconds else {}),
            "progressDeadlineSeconds": PROGRESS_SECONDS,
            "revisionHistoryLimit": HISTORY,
            "template": template,
        },
    }


def replicas_of(component: Component, platform: TelemetryPlatform, context: Context) -> dict[str, int]:
    """The count, if it is ours to say: an autoscaler's is not, until reconciling takes it over."""
    if component in context.replicas:
        return {"replicas": context.replicas[component]}
    if is_autoscaled(platform.spec, component):
        return {}
    return {"replicas": component_spec(platform.spec, component).replicas}


def _over_nodes(selector: dict[str, str]) -> Object:
    return {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        # On few or full nodes a pod beside another is better than none.
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector},
        # Pods that are on their way out during a rollout do not count.
        "matchLabelKeys": ["pod-template-hash"],
    }
