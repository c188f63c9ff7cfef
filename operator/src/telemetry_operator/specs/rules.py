"""What must hold between the blocks of a platform, one small function each: the twins of the rules in the cluster."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import wraps
from typing import TYPE_CHECKING, Final

from telemetry_contract.architecture import Store, Writes
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.spec import PlatformSpec

if TYPE_CHECKING:
    from telemetry_operator.specs.platform import TelemetryPlatform

MARGIN: Final = Fraction(11, 10)  # of maxBufferAge: Kafka drops whole segments, by its own clock

CHOICES: Final = ("spec.architecture", "spec.writes", "spec.store")


def memory_needs_kafka(spec: PlatformSpec) -> Finding | None:
    if spec.choices.writes is Writes.KAFKA or spec.choices.store is Store.POSTGRES:
        return None
    return at(
        "spec.store" if spec.store else "spec.writes",
        "writes: direct and store: memory contradict each other: in memory it is the consumer that keeps history, from "
        "what Kafka carries, and direct writes run neither; set writes: kafka or store: postgres",
    )


def memory_has_one_consumer(spec: PlatformSpec) -> Finding | None:
    if spec.choices.store is Store.POSTGRES or spec.consumer.replicas <= 1:
        return None
    return at(
        "spec.consumer.replicas",
        f"found {spec.consumer.replicas}; with store: memory one consumer keeps all history, so 0 or 1 is allowed",
    )


def memory_has_no_autoscaled_consumer(spec: PlatformSpec) -> Finding | None:
    if spec.choices.store is Store.POSTGRES or "autoscaling" not in spec.consumer.model_fields_set:
        return None
    return at(
        "spec.consumer.autoscaling",
        "with store: memory one consumer keeps the whole history and cannot be scaled; leave this block out",
    )


def memory_has_no_postgres(spec: PlatformSpec) -> Finding | None:
    if spec.choices.store is Store.POSTGRES or "postgres" not in spec.model_fields_set:
        return None
    return at("spec.postgres", "store: memory uses no PostgreSQL; leave this block out, or set store: postgres")


def memory_is_refilled_from_the_topic(spec: PlatformSpec) -> Finding | None:
    topic = spec.kafka.topic.retention
    if spec.choices.store is Store.POSTGRES or topic is None or topic.seconds >= spec.retention.seconds:
        return None
    return at(
        "spec.kafka.topic.retention",
        f"found {topic}, which is shorter than spec.retention ({spec.retention}); with store: memory history is read "
        "back from the topic after a restart",
    )


def memory_fits_into_the_consumer(spec: PlatformSpec) -> Finding | None:
    size, limit = spec.memory.max_size, spec.consumer.resources.limits.memory
    if spec.choices.store is Store.POSTGRES or size is None or limit is None or size.bytes < limit.bytes:
        return None
    return at(
        "spec.memory.maxSize",
        f"found {size}; readings share spec.consumer.resources.limits.memory ({limit}) with the program, so less is "
        "needed",
    )


def buffer_ends_before_the_topic(spec: PlatformSpec) -> Finding | None:
    age, topic = spec.buffer.max_buffer_age, spec.kafka.topic.retention
    if age is None or topic is None or age.milliseconds * MARGIN <= topic.milliseconds:
        return None
    return at(
        "spec.buffer.maxBufferAge",
        f"found {age}; accepted readings may wait that long, and spec.kafka.topic.retention ({topic}) has to be longer "
        "by a tenth, or Kafka could drop them unread",
    )


def buffer_ends_before_retention(spec: PlatformSpec) -> Finding | None:
    age, retention = spec.buffer.max_buffer_age, spec.retention
    if age is None or spec.choices.writes is Writes.DIRECT or age.seconds < retention.seconds:
        return None
    return at(
        "spec.buffer.maxBufferAge",
        f"found {age}; a reading that waits longer than spec.retention ({retention}) would expire unread",
    )


def consumers_are_within_partitions(spec: PlatformSpec) -> Finding | None:
    return _above_partitions(spec, "replicas", spec.consumer.replicas)


def idle_consumers_are_within_partitions(spec: PlatformSpec) -> Finding | None:
    return _above_partitions(spec, "autoscaling.minReplicas", spec.consumer.autoscaling.min_replicas)


def busy_consumers_are_within_partitions(spec: PlatformSpec) -> Finding | None:
    return _above_partitions(spec, "autoscaling.maxReplicas", spec.consumer.autoscaling.max_replicas)


def _above_partitions(spec: PlatformSpec, field: str, count: int | None) -> Finding | None:
    partitions = spec.kafka.topic.partitions
    if count is None or count <= partitions:
        return None
    return at(
        f"spec.consumer.{field}",
        f"found {count}; no more consumers than spec.kafka.topic.partitions ({partitions}) have work",
    )


def _of_the_spec(check: Callable[[PlatformSpec], Finding | None], *reads: str) -> Rule:
    @wraps(check)
    def check_platform(platform: "TelemetryPlatform") -> Finding | None:
        return check(platform.spec)

    return Rule(check_platform, reads)


def _rules() -> Iterator[Rule]:
    yield _of_the_spec(memory_needs_kafka, *CHOICES)
    yield _of_the_spec(memory_has_one_consumer, *CHOICES, "spec.consumer.replicas")
    yield _of_the_spec(memory_has_no_autoscaled_consumer, *CHOICES)
    yield _of_the_spec(memory_has_no_postgres, *CHOICES)
    yield _of_the_spec(memory_is_refilled_from_the_topic, *CHOICES, "spec.kafka.topic.retention", "spec.retention")
    yield _of_the_spec(
        memory_fits_into_the_consumer, *CHOICES, "spec.memory.maxSize", "spec.consumer.resources.limits.memory"
    )
    yield _of_the_spec(buffer_ends_before_the_topic, "spec.buffer.maxBufferAge", "spec.kafka.topic.retention")
    yield _of_the_spec(buffer_ends_before_retention, *CHOICES, "spec.buffer.maxBufferAge", "spec.retention")
    partitions = "spec.kafka.topic.partitions"
    yield _of_the_spec(consumers_are_within_partitions, "spec.consumer.replicas", partitions)
    yield _of_the_spec(idle_consumers_are_within_partitions, "spec.consumer.autoscaling.minReplicas", partitions)
    yield _of_the_spec(busy_consumers_are_within_partitions, "spec.consumer.autoscaling.maxReplicas", partitions)


RULES: Final = tuple(_rules())
