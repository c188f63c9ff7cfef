"""The rules of the models once more, in CEL: one twin for each, by the rule's name, at the same block.

Two rules need no CEL, because the schema itself says them, and three cannot be said in it (`comparison_twins`). A test
fails when another rule has no twin, and every rule that has one is tried on a real API server beside the model
(`tests/e2e`).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import BaseModel

from telemetry_contract.settings import PREFIX
from telemetry_operator.crds.benchmark_twins import BENCHMARK_TWINS
from telemetry_operator.crds.cel import Validation, choice, default_of, milliseconds, present, quantity, value
from telemetry_operator.crds.comparison_twins import COMPARISON_TWINS, OPEN_BLOCKS
from telemetry_operator.specs.findings import Rule
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.rules import MARGIN, RULES

IN_POSTGRES: Final = f'{choice("store")} == "postgres"'
TOPIC_RETENTION: Final = "kafka.topic.retention"
BUFFER_AGE: Final = "buffer.maxBufferAge"
CONSUMER_MEMORY: Final = "consumer.resources.limits.memory"


def _either(*alternatives: str) -> str:
    return " || ".join(alternatives)


def _missing(path: str) -> str:
    return f"!({present(path)})"


def _milliseconds(path: str) -> str:
    return milliseconds(f"self.{path}")


def _at_most_limit(kind: str) -> str:
    request, limit = quantity(f"self.requests.{kind}"), quantity(f"self.limits.{kind}")
    return (
        f"({_either(_missing(f'requests.{kind}'), _missing(f'limits.{kind}'), f'!{request}.isGreaterThan({limit})')})"
    )


def _consumer_limit() -> str:
    """Limit of the consumer's memory. Only where all resources are left out there is one by default."""
    given, by_default = quantity(f"self.{CONSUMER_MEMORY}"), f"quantity({default_of(CONSUMER_MEMORY)})"
    return f"({present('consumer.resources')} ? {given} : {by_default})"


def _within_partitions(field: str) -> Validation:
    return Validation(
        f"{value(f'consumer.{field}')} <= {value('kafka.topic.partitions')}",
        "no more consumers than spec.kafka.topic.partitions have work",
        f".consumer.{field}",
    )


_BLOCKS: Final[Mapping[str, Validation]] = {
    "external_needs_its_block": Validation(
        'self.provider != "external" || has(self.external)',
        "required with provider: external, and missing: it says the server's address",
        ".external",
    ),
    "only_the_providers_block_stands": Validation(
        'self.provider == "external" ? !has(self.builtin) : !has(self.external)',
        "builtin and external: only the block of the provider may stand; leave the other out, or change provider",
    ),
    "minimum_is_not_above_maximum": Validation(
        f"{_missing('maxReplicas')} || self.minReplicas <= self.maxReplicas",
        "minReplicas may not be above maxReplicas",
        ".minReplicas",
    ),
    "unpacked_is_not_below_packed": Validation(
        f"!{quantity('self.maxUnpackedSize')}.isLessThan({quantity('self.maxBodySize')})",
        "maxUnpackedSize may not be below maxBodySize",
        ".maxUnpackedSize",
    ),
    "requests_are_within_limits": Validation(
        f"{_at_most_limit('cpu')} && {_at_most_limit('memory')}",
        "requests may not be above limits, neither of cpu nor of memory",
        ".requests",
    ),
    "ingress_has_a_host": Validation(
        "has(self.producerHost) || has(self.analyticsHost)",
        "producerHost or analyticsHost is needed: an Ingress without a host leads nowhere",
    ),
    "hosts_differ": Validation(
        "!has(self.producerHost) || !has(self.analyticsHost) || self.producerHost != self.analyticsHost",
        "both answer under the same paths, so each needs a host of its own",
        ".analyticsHost",
    ),
    "name_is_not_ours": Validation(
        f'!self.name.startsWith("{PREFIX}")',
        f"names that begin with {PREFIX} are the platform's own",
        ".name",
    ),
}
_SPEC: Final[Mapping[str, Validation]] = {
    "memory_needs_kafka": Validation(
        _either(f'{choice("writes")} == "kafka"', IN_POSTGRES),
        "writes: direct and store: memory contradict each other: in memory it is the consumer that keeps history, from "
        "what Kafka carries, and direct writes run neither; set writes: kafka or store: postgres",
        ".store",
    ),
    "memory_has_one_consumer": Validation(
        _either(IN_POSTGRES, f"{value('consumer.replicas')} <= 1"),
        "with store: memory one consumer keeps all history, so 0 or 1 is allowed",
        ".consumer.replicas",
    ),
    "memory_has_no_autoscaled_consumer": Validation(
        _either(IN_POSTGRES, _missing("consumer.autoscaling")),
        "with store: memory one consumer keeps the whole history and cannot be scaled; leave this block out",
        ".consumer.autoscaling",
    ),
    "memory_has_no_postgres": Validation(
        _either(IN_POSTGRES, "!has(self.postgres)"),
        "store: memory uses no PostgreSQL; leave this block out, or set store: postgres",
        ".postgres",
    ),
    "memory_is_refilled_from_the_topic": Validation(
        _either(
            IN_POSTGRES, _missing(TOPIC_RETENTION), f"{_milliseconds(TOPIC_RETENTION)} >= {_milliseconds('retention')}"
        ),
        "shorter than spec.retention; with store: memory history is read back from the topic after a restart",
        f".{TOPIC_RETENTION}",
    ),
    "memory_fits_into_the_consumer": Validation(
        _either(
            IN_POSTGRES,
            _missing("memory.maxSize"),
            f"{present('consumer.resources')} && {_missing(CONSUMER_MEMORY)}",
            f"{quantity('self.memory.maxSize')}.isLessThan({_consumer_limit()})",
        ),
        "readings share spec.consumer.resources.limits.memory with the program, so less is needed",
        ".memory.maxSize",
    ),
    "buffer_ends_before_the_topic": Validation(
        _either(
            _missing(BUFFER_AGE),
            _missing(TOPIC_RETENTION),
            f"{_milliseconds(BUFFER_AGE)} * {MARGIN.numerator} <= "
            f"{_milliseconds(TOPIC_RETENTION)} * {MARGIN.denominator}",
        ),
        "accepted readings may wait that long, and spec.kafka.topic.retention has to be longer by a tenth, or Kafka "
        "could drop them unread",
        f".{BUFFER_AGE}",
    ),
    "buffer_ends_before_retention": Validation(
        _either(
            f'{choice("writes")} == "direct"',
            _missing(BUFFER_AGE),
            f"{_milliseconds(BUFFER_AGE)} < {_milliseconds('retention')}",
        ),
        "a reading that waits longer than spec.retention would expire unread",
        f".{BUFFER_AGE}",
    ),
    "consumers_are_within_partitions": _within_partitions("replicas"),
    "idle_consumers_are_within_partitions": _within_partitions("autoscaling.minReplicas"),
    "busy_consumers_are_within_partitions": Validation(
        _either(
            _missing("consumer.autoscaling.maxReplicas"),
            f"self.consumer.autoscaling.maxReplicas <= {value('kafka.topic.partitions')}",
        ),
        "no more consumers than spec.kafka.topic.partitions have work",
        ".consumer.autoscaling.maxReplicas",
    ),
}

TWINS: Final[Mapping[str, Validation]] = {**_BLOCKS, **_SPEC, **BENCHMARK_TWINS, **COMPARISON_TWINS}

IN_THE_SCHEMA: Final[Mapping[str, str]] = {
    "brokers_are_one_or_three": "enum",
    "variables_have_names_of_their_own": "x-kubernetes-list-map-keys",
}
"""Rules whose twin is a word of the schema."""


def twins_of(model: type[BaseModel]) -> list[Validation]:
    """Twins of a block's own rules. Those between the blocks of a platform stand at its spec: see `rules_of_spec`."""
    rules = () if model is TelemetryPlatform else getattr(model, "rules", ())
    return _twins(rules)


def rules_of_spec() -> list[Validation]:
    return _twins(RULES)


def _twins(rules: Iterable[Rule]) -> list[Validation]:
    unsaid = {*IN_THE_SCHEMA, *OPEN_BLOCKS}
    return [TWINS[rule.name] for rule in rules if rule.name not in unsaid]
