"""Emptying the stream before its consumer and Kafka go, and knowing when no pod needs what is no longer wanted. Pure.

A consumer goes when no producer of the old template is left and the stream is empty. Until readings are known not to be
left in it, Kafka's StatefulSet carries a mark, set before the first producer can write to it and after there is a
consumer that could empty it again.
"""

from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.reconcile.plan import Step
from telemetry_operator.reconcile.planning.draft import Draft, head_of
from telemetry_operator.reconcile.planning.ownership import OURS
from telemetry_operator.reconcile.planning.parts import Parts, component_of
from telemetry_operator.reconcile.planning.rollouts import pods_of_other_templates, running_pods
from telemetry_operator.reconcile.planning.stamps import template_of
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.naming import object_name
from telemetry_operator.resources.objects import STATEFUL_SET, Key, Object, key_of
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform

UNREAD: Final = "telemetry.dev/unread"
"""Annotation of Kafka's StatefulSet: readings may be in it that are stored nowhere else."""
DRAINER: Final = f"{OURS}-drain"
PROGRAMS: Final = (Component.PRODUCER, Component.CONSUMER, Component.ANALYTICS)


def plan_unread_mark(draft: Draft, platform: TelemetryPlatform, parts: Parts) -> None:
    """Mark Kafka, if it is ours: to be planned before what writes to it, and after what empties it again."""
    key = _kafka(platform)
    live = draft.live(key)
    if key in parts.by_key and live is not None and not is_unread(live):
        head = head_of(live)
        marked = {**head, "metadata": {**head["metadata"], "annotations": {UNREAD: "possible"}}}
        draft.lend(Step.SERVERS, marked, DRAINER, "readings may be in it from now on")


def plan_draining(draft: Draft, platform: TelemetryPlatform, parts: Parts, consumer: Object) -> None:
    producers = [pod for one in PROGRAMS if one != Component.CONSUMER for pod in _old_pods(one, draft, parts)]
    # A consumer that keeps history in memory has stored nothing for good, whatever it says of the stream.
    consumers = pods_of_other_templates(draft.observed.pods, Component.CONSUMER, template_of(consumer))
    old = [*producers, *consumers]
    if old:
        names = ", ".join(sorted(pod["metadata"]["name"] for pod in old))
        draft.wait(Step.DRAIN, Reason.DRAINING, f"pods of the old architecture are to end first: {names}")
        return
    if not all(_has_template(draft, built) for built in parts.deployments):
        return
    backlog = draft.observed.backlog
    if backlog is None or backlog.records is None:
        words = backlog.words if backlog else "the consumers were not asked"
        message = f"the consumer and Kafka stay until all readings are stored, and that is not known: {words}"
        is_stuck = backlog is not None and backlog.is_stuck
        draft.wait(Step.DRAIN, Reason.DRAIN_BLOCKED, message, key=key_of(consumer), stuck=is_stuck)
    elif backlog.records:
        draft.wait(Step.DRAIN, Reason.DRAINING, backlog.words, key=key_of(consumer))
    elif (kafka := draft.live(_kafka(platform))) is not None and is_unread(kafka):
        draft.lend(Step.DRAIN, head_of(kafka), DRAINER, "all readings that were in it are stored")
    else:
        draft.delete(Step.DRAIN, consumer, "all readings in the stream are stored")


def is_left_by_all(draft: Draft, parts: Parts) -> bool:
    """Whether no pod runs that may use what is unwanted; waits for those that do."""
    old = [pod for component in PROGRAMS for pod in _old_pods(component, draft, parts)]
    if old:
        names = ", ".join(sorted(pod["metadata"]["name"] for pod in old))
        draft.wait(Step.DRAIN, Reason.DRAINING, f"pods of the old architecture are to end first: {names}")
    return not old


def _old_pods(component: Component, draft: Draft, parts: Parts) -> tuple[Object, ...]:
    wanted = next((built for built in parts.deployments if component_of(built) == component), None)
    if wanted is None:
        return running_pods(draft.observed.pods, component)
    return pods_of_other_templates(draft.observed.pods, component, template_of(wanted))


def _has_template(draft: Draft, built: Object) -> bool:
    live = draft.live(key_of(built))
    return live is not None and template_of(live) == template_of(built)


def is_unread(kafka: Object) -> bool:
    return UNREAD in (kafka["metadata"].get("annotations") or {})


def _kafka(platform: TelemetryPlatform) -> Key:
    return Key(STATEFUL_SET.kind, object_name(platform, Server.KAFKA))
