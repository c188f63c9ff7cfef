"""What is legal and may be regretted: the spec's risks, and what only a cluster can be in danger of."""

from collections.abc import Iterator, Sequence
from typing import Final

from telemetry_contract.architecture import Store
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.reasons import Reason, Said
from telemetry_operator.reconcile.reporting.live import Claim, Scaler, parse_live, seconds_since
from telemetry_operator.resources.objects import AUTOSCALER
from telemetry_operator.resources.volumes import replicas_of
from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.layout import Server, builtin_servers, components_of, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.risks import risks_of
from telemetry_operator.specs.spec import DeletionPolicy, PlatformSpec

# An autoscaler has no figures before its pods have run for a while.
MEASURING_SECONDS: Final = 180.0


def dangers_of(
    platform: TelemetryPlatform | None, observed: Observed, now: int, fights: Sequence[str] = ()
) -> tuple[Said, ...]:
    """All of them, worst first; `fights` are told by whoever counts the repairs."""
    found = [Said(Reason.PERSISTENT_FIGHT, fight) for fight in fights]
    found += _idle_autoscalers(observed, now)
    if platform is not None:
        found += [*_history_unread(platform.spec, observed), *_no_budgets(platform.spec)]
        found += [Said(Reason.RISKY_SPEC, f"{dotted(risk.path)}: {risk.message}") for risk in risks_of(platform.spec)]
    return tuple(sorted(found, key=lambda said: _ORDER.index(said.reason)))


_ORDER: Final = (
    Reason.PERSISTENT_FIGHT,
    Reason.HISTORY_UNREAD,
    Reason.AUTOSCALER_INACTIVE,
    Reason.RISKY_SPEC,
    Reason.NO_DISRUPTION_BUDGET,
)


def _history_unread(spec: PlatformSpec, observed: Observed) -> Iterator[Said]:
    if Server.POSTGRES in builtin_servers(spec):
        return
    claims = [parse_live(claim, Claim).metadata for claim in observed.claims]
    if left := [claim.name for claim in claims if claim.component == Server.POSTGRES]:
        in_memory = spec.choices.store is Store.MEMORY
        why, until = (
            ("spec.store is memory", "store is postgres")
            if in_memory
            else ("spec.postgres.provider is external", "provider is builtin")
        )
        goes = "" if spec.deletion_policy is DeletionPolicy.RETAIN else "; it goes when the platform is deleted"
        message = f"{why}: the history in {', '.join(left)} is kept, and not read before {until}{goes}"
        yield Said(Reason.HISTORY_UNREAD, message)


def _idle_autoscalers(observed: Observed, now: int) -> Iterator[Said]:
    for key, found in observed.objects.items():
        if key.kind != AUTOSCALER.kind:
            continue
        scaler = parse_live(found, Scaler)
        for kind in ("AbleToScale", "ScalingActive"):
            condition = scaler.condition(kind)
            lasts = seconds_since(condition.last_transition_time, now) >= MEASURING_SECONDS
            if condition.status == "False" and condition.reason != "ScalingDisabled" and lasts:
                yield Said(Reason.AUTOSCALER_INACTIVE, f"{scaler.metadata.component}: {condition.message}")


def _no_budgets(spec: PlatformSpec) -> Iterator[Said]:
    single = [component.value for component in components_of(spec) if replica_bounds(spec, component).most == 1]
    single += [server.value for server in builtin_servers(spec) if replicas_of(spec, server) == 1]
    if single:
        yield Said(
            Reason.NO_DISRUPTION_BUDGET,
            f"one pod each of {', '.join(single)}: no disruption budget is possible, a drain of nodes interrupts them",
        )
