"""All objects that a platform is made of just now, built and stamped. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.planning.differences import first_difference
from telemetry_operator.reconcile.planning.stamps import PARTITIONS, annotated, stamp
from telemetry_operator.reconcile.planning.transition import with_held_retention
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import COMPONENT_LABEL
from telemetry_operator.resources.objects import DEPLOYMENT, STATEFUL_SET, Key, Object, key_of
from telemetry_operator.resources.servers import build_servers
from telemetry_operator.resources.volumes import keep_claim_templates
from telemetry_operator.resources.workloads import build_foundation, build_prepare, build_workloads
from telemetry_operator.specs.platform import TelemetryPlatform

CLAIM_TEMPLATES: Final = "volumeClaimTemplates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Stamped objects by the step that applies them, each in its order."""

    foundation: tuple[Object, ...]
    servers: tuple[Object, ...]
    prepare: Object
    workloads: tuple[Object, ...]

    @property
    def by_key(self) -> dict[Key, Object]:
        everything = (*self.foundation, *self.servers, self.prepare, *self.workloads)
        return {key_of(built): built for built in everything}

    @property
    def deployments(self) -> tuple[Object, ...]:
        return tuple(built for built in self.workloads if built["kind"] == DEPLOYMENT.kind)

    @property
    def stateful_sets(self) -> tuple[Object, ...]:
        return tuple(built for built in self.servers if built["kind"] == STATEFUL_SET.kind)


def build_parts(platform: TelemetryPlatform, context: Context, observed: Observed) -> Parts:
    """The parts, with what only the cluster knows: claim templates that cannot change, what holds a topic's records.

    Raises:
        SecretMissingError: a Secret is not among the context's, or lacks a key.
    """
    servers = (_as_is(built, observed) for built in build_servers(platform, context))
    return Parts(
        foundation=_stamped(build_foundation(platform, context)),
        servers=_stamped(servers),
        prepare=stamp(build_prepare(with_held_retention(platform, observed), context)),
        workloads=_stamped(_marked(built, platform) for built in build_workloads(platform, context)),
    )


def component_of(built: Object) -> str:
    label: str = (built["metadata"].get("labels") or {}).get(COMPONENT_LABEL, "")
    return label


def _stamped(objects: Iterable[Object]) -> tuple[Object, ...]:
    return tuple(stamp(built) for built in objects)


def _as_is(built: Object, observed: Observed) -> Object:
    """With the claim templates that are there, if they are others: they cannot be changed."""
    live = observed.objects.get(key_of(built))
    if built["kind"] != STATEFUL_SET.kind or live is None:
        return built
    templates = [{CLAIM_TEMPLATES: one["spec"][CLAIM_TEMPLATES]} for one in (built, live)]
    return keep_claim_templates(built, live) if first_difference(*templates) else built


def _marked(built: Object, platform: TelemetryPlatform) -> Object:
    if built["kind"] != DEPLOYMENT.kind or component_of(built) != Component.CONSUMER:
        return built
    return annotated(built, PARTITIONS, str(platform.spec.kafka.topic.partitions))
