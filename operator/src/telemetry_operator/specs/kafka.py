"""Kafka: what stands between the producer and the consumer when `writes` is kafka."""

from enum import StrEnum
from typing import ClassVar, Final

from pydantic import Field

from telemetry_operator.specs.backing import PROVIDER_RULES, Addresses, BuiltinServer, Provider
from telemetry_operator.specs.base import Count, SpecModel
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.secrets import Credentials, Tls

BROKERS: Final = (1, 3)


class SaslMechanism(StrEnum):
    """How a client proves who it is."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class KafkaAuthentication(SpecModel):
    """SASL with a user's name and password."""

    mechanism: SaslMechanism = Field(SaslMechanism.SCRAM_SHA_512, description="SASL mechanism.")
    credentials: Credentials = Field(description="The user to log in as.")


def brokers_are_one_or_three(kafka: "BuiltinKafka") -> Finding | None:
    if kafka.brokers in BROKERS:
        return None
    return at("brokers", f"found {kafka.brokers}; allowed: 1 (no redundancy), 3 (one may fail)")


class BuiltinKafka(BuiltinServer):
    """Brokers of ours, each of them a controller as well."""

    brokers: Count = Field(1, description="Brokers: 1 (no redundancy) or 3.", json_schema_extra={"enum": [*BROKERS]})

    rules: ClassVar[tuple[Rule, ...]] = (Rule(brokers_are_one_or_three),)


class ExternalKafka(SpecModel):
    """A Kafka cluster that exists already."""

    address: Addresses = Field(description="Bootstrap servers, host:port, by commas.")
    authentication: KafkaAuthentication | None = Field(None, description="How the platform logs in.")
    tls: Tls = Field(default_factory=Tls, description="Encryption of the connection.")
    replication_factor: Count = Field(3, ge=1, le=10, description="Copies of each topic that the cluster keeps.")


class Topic(SpecModel):
    """The topic that carries readings."""

    partitions: Count = Field(
        12, ge=1, le=1000, description="Partitions, fixed at creation; no more consumers than that work at once."
    )
    retention: Duration | None = Field(
        None, description="How long records are kept; left out: twice maxBufferAge, at least a day."
    )


class KafkaSpec(SpecModel):
    """Who runs Kafka, and the topic's shape."""

    provider: Provider = Field(Provider.BUILTIN, description="Who runs the brokers.")
    builtin: BuiltinKafka = Field(default_factory=BuiltinKafka, description="Settings of provider builtin.")
    external: ExternalKafka | None = Field(None, description="Settings of provider external.")
    topic: Topic = Field(default_factory=Topic, description="The topic that carries readings.")

    rules: ClassVar[tuple[Rule, ...]] = PROVIDER_RULES
