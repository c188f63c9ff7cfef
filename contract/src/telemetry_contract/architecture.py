"""The four choices that make an architecture, and the presets that name combinations of them."""

from enum import StrEnum
from typing import Final

import msgspec


class Writes(StrEnum):
    """Who commits a reading: the producer itself, or the consumer behind Kafka."""

    DIRECT = "direct"
    KAFKA = "kafka"


class Store(StrEnum):
    """Where history lives."""

    POSTGRES = "postgres"
    MEMORY = "memory"


class Reads(StrEnum):
    """Whether analytics asks the store at once, or Redis first."""

    DIRECT = "direct"
    REDIS = "redis"


class Scaling(StrEnum):
    """Whether replicas are fixed or an autoscaler's."""

    FIXED = "fixed"
    HPA = "hpa"


class Architecture(msgspec.Struct, frozen=True):
    """One of each choice."""

    writes: Writes
    store: Store
    reads: Reads
    scaling: Scaling


PRESETS: Final[dict[str, Architecture]] = {
    "baseline": Architecture(Writes.DIRECT, Store.POSTGRES, Reads.DIRECT, Scaling.FIXED),
    "scale": Architecture(Writes.DIRECT, Store.POSTGRES, Reads.DIRECT, Scaling.HPA),
    "redis": Architecture(Writes.DIRECT, Store.POSTGRES, Reads.REDIS, Scaling.HPA),
    "kafka": Architecture(Writes.KAFKA, Store.POSTGRES, Reads.REDIS, Scaling.HPA),
    "stream-memory": Architecture(Writes.KAFKA, Store.MEMORY, Reads.DIRECT, Scaling.FIXED),
    "stream-postgres": Architecture(Writes.KAFKA, Store.POSTGRES, Reads.DIRECT, Scaling.FIXED),
    "stream-redis": Architecture(Writes.KAFKA, Store.POSTGRES, Reads.REDIS, Scaling.FIXED),
}
