"""What a change of architecture must pass through, decided from what is there and not from what was asked before. Pure.

Two things cannot be had in one step:

- From memory to direct writes: the history is in the topic, and only a consumer that writes to PostgreSQL can bring it
  there. So the platform is first one that writes through Kafka into PostgreSQL, then one that writes directly.
- A shorter retention of the topic: what is not stored yet would be dropped. So the longer one is held until all is.
"""

from typing import Final

from telemetry_contract.architecture import Store, Writes
from telemetry_contract.settings import Component, Variable
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.planning.rollouts import is_complete, missing_of_deployment, pods_of_other_templates
from telemetry_operator.reconcile.planning.stamps import template_of
from telemetry_operator.resources.naming import COMPONENT_LABEL, object_name
from telemetry_operator.resources.objects import DEPLOYMENT, JOB, Key, Object
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.layout import topic_retention_seconds
from telemetry_operator.specs.platform import TelemetryPlatform

PREPARE: Final = Component.PREPARE.value


def staged_platform(platform: TelemetryPlatform, observed: Observed) -> TelemetryPlatform:
    """The platform to build for now: the one asked for, or the one on the way to it."""
    consumer = consumer_of(platform, observed)
    if platform.spec.choices.writes is Writes.KAFKA or consumer is None or store_of(consumer) != Store.MEMORY:
        return platform
    return platform.model_copy(update={"spec": platform.spec.model_copy(update={"writes": Writes.KAFKA})})


def with_held_retention(platform: TelemetryPlatform, observed: Observed) -> TelemetryPlatform:
    """The platform whose topic keeps records as long as it did, as long as there may be some that are not stored."""
    held = _retention_to_hold(platform, observed)
    if held is None or _is_all_stored(platform, observed):
        return platform
    topic = platform.spec.kafka.topic.model_copy(update={"retention": Duration(f"{held}s")})
    kafka = platform.spec.kafka.model_copy(update={"topic": topic})
    return platform.model_copy(update={"spec": platform.spec.model_copy(update={"kafka": kafka})})


def wants_backlog(platform: TelemetryPlatform, observed: Observed) -> bool:
    """Whether something depends just now on how much of the stream is not stored yet."""
    if consumer_of(platform, observed) is None:
        return False
    staged = staged_platform(platform, observed)
    if staged.spec.choices.writes is Writes.KAFKA:
        return _retention_to_hold(staged, observed) is not None
    # Asking takes seconds, and while a producer may still write to the stream the answer decides nothing.
    producer = observed.objects.get(Key(DEPLOYMENT.kind, object_name(platform, Component.PRODUCER)))
    return producer is not None and variable_of(producer, Variable.WRITES) == Writes.DIRECT


def consumer_of(platform: TelemetryPlatform, observed: Observed) -> Object | None:
    return observed.objects.get(Key(DEPLOYMENT.kind, object_name(platform, Component.CONSUMER)))


def store_of(deployment: Object) -> str | None:
    """Where the pods of a Deployment were told that history lives."""
    return variable_of(deployment, Variable.STORE)


def variable_of(holder: Object, name: str) -> str | None:
    """Value that the first container of a Deployment or Job is told."""
    environment = holder["spec"]["template"]["spec"]["containers"][0].get("env") or ()
    return next((one.get("value") for one in environment if one["name"] == name), None)


def _retention_to_hold(platform: TelemetryPlatform, observed: Observed) -> int | None:
    """Seconds that the topic keeps records now, if the platform asks for less."""
    spec = platform.spec
    if spec.choices.writes is Writes.DIRECT or spec.choices.store is Store.MEMORY:
        return None
    prepared = [variable_of(job, Variable.TOPIC_RETENTION_SECONDS) for job in _prepared(observed)]
    longest = max((int(float(seconds)) for seconds in prepared if seconds), default=0)
    return longest if longest > topic_retention_seconds(spec) and consumer_of(platform, observed) else None


def _prepared(observed: Observed) -> list[Object]:
    jobs = [found for key, found in observed.objects.items() if key.kind == JOB.kind and is_complete(found)]
    return [job for job in jobs if job["metadata"]["labels"].get(COMPONENT_LABEL) == PREPARE]


def _is_all_stored(platform: TelemetryPlatform, observed: Observed) -> bool:
    consumer = consumer_of(platform, observed)
    if consumer is None or store_of(consumer) != Store.POSTGRES or missing_of_deployment(consumer):
        return False
    if pods_of_other_templates(observed.pods, Component.CONSUMER, template_of(consumer)):
        return False
    return observed.backlog is not None and observed.backlog.records == 0
