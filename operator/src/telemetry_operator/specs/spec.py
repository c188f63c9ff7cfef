"""What a platform's owner wants: the `spec` of a TelemetryPlatform."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from telemetry_contract.architecture import PRESETS, Architecture, Reads, Scaling, Store, Writes
from telemetry_operator.specs.base import Flag, SpecModel
from telemetry_operator.specs.components import ComponentSpec
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.ingress import IngressSpec
from telemetry_operator.specs.kafka import KafkaSpec
from telemetry_operator.specs.limits import Auth, Buffer, Cache, Ingest, RateLimits
from telemetry_operator.specs.memory import MemorySpec
from telemetry_operator.specs.observability import Observability
from telemetry_operator.specs.postgres import PostgresSpec
from telemetry_operator.specs.redis import RedisSpec
from telemetry_operator.specs.secrets import ServingCertificate

Preset = StrEnum("Preset", {name.upper().replace("-", "_"): name for name in PRESETS})  # type: ignore[misc]


class DeletionPolicy(StrEnum):
    """What becomes of data when the platform is deleted."""

    RETAIN = "Retain"
    DELETE = "Delete"


class Images(SpecModel):
    """Container images; each is the release's own where left out."""

    services: str | None = Field(None, description="Image of producer, consumer and analytics.")
    postgres: str | None = Field(None, description="Image of the builtin PostgreSQL.")
    redis: str | None = Field(None, description="Image of the builtin Redis.")
    kafka: str | None = Field(None, description="Image of the builtin Kafka.")
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field("IfNotPresent", description="When to pull.")


class NetworkPolicy(SpecModel):
    """Who may reach the platform's pods."""

    enabled: Flag = Field(
        default=False,
        description="Whether pods take part only in connections that the platform needs; scrapers of metrics then need "
        'their namespace labelled telemetry.dev/metrics: "true".',
    )


class PlatformSpec(SpecModel):
    """What the owner wants. Every field has a default: an empty spec is the baseline."""

    architecture: Preset = Field(Preset("baseline"), description="Preset of the four choices below.")
    writes: Writes | None = Field(
        None, description="Who commits a reading: the producer, or the consumer behind Kafka."
    )
    store: Store | None = Field(None, description="Where history lives.")
    reads: Reads | None = Field(None, description="Whether analytics asks the store at once, or Redis first.")
    scaling: Scaling | None = Field(None, description="Whether replicas are fixed or an autoscaler's.")

    producer: ComponentSpec = Field(default_factory=ComponentSpec, description="Takes readings in.")
    consumer: ComponentSpec = Field(default_factory=ComponentSpec, description="Stores what Kafka carries.")
    analytics: ComponentSpec = Field(default_factory=ComponentSpec, description="Answers questions about readings.")

    postgres: PostgresSpec = Field(default_factory=PostgresSpec, description="Where history lives.")
    redis: RedisSpec = Field(default_factory=RedisSpec, description="Cache and shared rate limits.")
    memory: MemorySpec = Field(default_factory=MemorySpec, description="History in the consumer's memory.")
    kafka: KafkaSpec = Field(default_factory=KafkaSpec, description="The stream between producer and consumer.")

    images: Images = Field(default_factory=Images, description="Container images.")
    retention: Duration = Field(Duration("30d"), description="How long readings are kept.")
    auth: Auth = Field(default_factory=Auth, description="Secrets of device keys and tokens.")
    tls: ServingCertificate | None = Field(
        None, description="Certificate of producer and analytics; left out: they speak HTTP."
    )
    rate_limits: RateLimits = Field(default_factory=RateLimits, description="How much one caller may send.")
    ingest: Ingest = Field(default_factory=Ingest, description="What a request may hold.")
    buffer: Buffer = Field(default_factory=Buffer, description="How long accepted readings may wait in Kafka.")
    cache: Cache = Field(default_factory=Cache, description="The cache of the read path.")
    observability: Observability = Field(default_factory=Observability, description="Traces.")
    ingress: IngressSpec | None = Field(
        None, description="The way in from outside the cluster; left out: whoever wants one makes it."
    )
    network_policy: NetworkPolicy = Field(default_factory=NetworkPolicy, description="Who may reach the pods.")
    paused: Flag = Field(default=False, description="Whether the operator leaves everything as it is.")
    deletion_policy: DeletionPolicy = Field(
        DeletionPolicy.RETAIN, description="What becomes of data when the platform is deleted."
    )

    @property
    def choices(self) -> Architecture:
        """The preset's four choices, each replaced by the one set beside it."""
        preset = PRESETS[self.architecture]
        return Architecture(
            writes=self.writes or preset.writes,
            store=self.store or preset.store,
            reads=self.reads or preset.reads,
            scaling=self.scaling or preset.scaling,
        )
