"""The status document of a platform: built whole at the end of a visit, written only if it says anything new. Pure."""

from typing import Any, Final

from telemetry_contract.architecture import PRESETS, Architecture
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_operator.reconcile.plan import Plan
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.conditions import conditions_of
from telemetry_operator.reconcile.reporting.proof import Proof
from telemetry_operator.reconcile.reporting.standing import Standing
from telemetry_operator.resources.addresses import service_host
from telemetry_operator.resources.files import keys_secret_name
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.ports import PUBLIC_PORT
from telemetry_operator.specs.ingress import IngressSpec
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.status import (
    Choices,
    Condition,
    ConditionStatus,
    ConditionType,
    EndpointUrls,
    OutsideUrls,
    PlatformStatus,
    ProbeStatus,
    Time,
)

# What may differ between two statuses that say the same.
_TIMES: Final = {"lastTransitionTime", "lastSuccessTime", "visibleSeconds"}


def build_status(
    standing: Standing, plan: Plan, previous: PlatformStatus, proof: Proof | None, now: int
) -> PlatformStatus:
    """What there is to say at a moment (µs); of a manifest that is refused, what was said of the one before."""
    conditions = conditions_of(standing, previous.conditions, time_of(now))
    told = _told_of(plan.platform) if plan.platform else _told_before(previous)
    return PlatformStatus(
        observed_generation=standing.generation,
        conditions=conditions,
        step=standing.doing.message if standing.doing else None,
        reason=_first_reason(conditions),
        ingest=_ingest(standing),
        components=standing.components,
        probe=_probe(previous.probe, proof),
        first_available_time=previous.first_available_time or _if_available(conditions, now),
        **told,
    )


def dump_status(status: PlatformStatus) -> Object:
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


def is_changed(old: Object, new: Object) -> bool:
    """Whether a status says anything else than the one that stands; times alone are nothing to say."""
    return bool(_without_times(old) != _without_times(new))


def time_of(now: int) -> Time:
    """A moment as Kubernetes writes it: to the second."""
    return format_time(now - now % MICROSECONDS_PER_SECOND).replace(".000000Z", "Z")


def architecture_in_words(choices: Architecture) -> str:
    """Name of the preset of these choices; where there is none, the choices themselves."""
    named = (name for name, preset in PRESETS.items() if preset == choices)
    return next(named, f"{choices.writes}/{choices.store}/{choices.reads}/{choices.scaling}")


def _told_of(platform: TelemetryPlatform) -> dict[str, Any]:
    choices = platform.spec.choices
    return {
        "architecture": architecture_in_words(choices),
        "choices": Choices(writes=choices.writes, store=choices.store, reads=choices.reads, scaling=choices.scaling),
        "endpoints": _endpoints(platform),
        "keys_secret_name": keys_secret_name(platform),
    }


def _endpoints(platform: TelemetryPlatform) -> EndpointUrls:
    scheme = "https" if platform.spec.tls else "http"
    producer, analytics = (
        f"{scheme}://{service_host(platform, name)}:{PUBLIC_PORT}" for name in ("producer", "analytics")
    )
    return EndpointUrls(producer=producer, analytics=analytics, outside=_outside(platform.spec.ingress))


def _outside(ingress: IngressSpec | None) -> OutsideUrls | None:
    if ingress is None:
        return None
    scheme = "https" if ingress.tls_secret_name else "http"
    producer, analytics = (
        f"{scheme}://{host}" if host else None for host in (ingress.producer_host, ingress.analytics_host)
    )
    return OutsideUrls(producer=producer, analytics=analytics)


def _told_before(previous: PlatformStatus) -> dict[str, Any]:
    names = ("architecture", "choices", "endpoints", "keys_secret_name")
    return {name: getattr(previous, name) for name in names}


def _first_reason(conditions: tuple[Condition, ...]) -> str | None:
    """What a person sees in a list: why the platform is not ready, or not running; nothing where all is well."""
    ready = next(condition for condition in conditions if condition.type is ConditionType.READY)
    return None if ready.reason == Reason.AS_SPECIFIED else ready.reason


def _ingest(standing: Standing) -> str | None:
    producers = (status for status in standing.components if status.name == "producer")
    return next((f"{status.ready}/{status.desired}" for status in producers), None)


def _probe(previous: ProbeStatus | None, proof: Proof | None) -> ProbeStatus | None:
    if proof is None or proof.fault is not None or proof.seconds is None:
        return previous
    return ProbeStatus(
        last_success_time=time_of(proof.at),
        visible_seconds=round(proof.seconds, 3),
        observed_generation=proof.generation,
    )


def _if_available(conditions: tuple[Condition, ...], now: int) -> Time | None:
    available = next(condition for condition in conditions if condition.type is ConditionType.AVAILABLE)
    return time_of(now) if available.status is ConditionStatus.TRUE else None


def _without_times(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _without_times(inner) for name, inner in value.items() if name not in _TIMES}
    return [_without_times(inner) for inner in value] if isinstance(value, list) else value
