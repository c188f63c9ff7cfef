"""What the platform takes in: from whom, how much, how old."""

from typing import ClassVar

from pydantic import Field

from telemetry_operator.specs.base import Count, Number, SpecModel
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.names import ObjectName
from telemetry_operator.specs.quantity import Quantity


class Auth(SpecModel):
    """Where the secrets of device keys and tokens are kept."""

    keys_secret_name: ObjectName | None = Field(
        None, description="Secret with keys.json (current and previous secret); left out: one is made."
    )
    revocations_config_map_name: ObjectName | None = Field(
        None,
        description="ConfigMap with revocations.json (least generation per device); left out: one is made.",
    )


class Rate(SpecModel):
    """A token bucket."""

    rate: Number = Field(gt=0, le=1e9, description="Readings a second, lasting.")
    burst: Count = Field(ge=1, le=1_000_000_000, description="Readings at once.")


class RateLimits(SpecModel):
    """How much one caller may send, over all replicas."""

    device: Rate = Field(default_factory=lambda: Rate(rate=100, burst=1000), description="Limit of one device's key.")
    token: Rate = Field(default_factory=lambda: Rate(rate=10_000, burst=50_000), description="Limit of one token.")


def unpacked_is_not_below_packed(ingest: "Ingest") -> Finding | None:
    packed, unpacked = ingest.max_body_size, ingest.max_unpacked_size
    if unpacked.bytes >= packed.bytes:
        return None
    return at("maxUnpackedSize", f"found {unpacked}, which is below maxBodySize ({packed})")


class Ingest(SpecModel):
    """What a request may hold."""

    max_body_size: Quantity = Field(Quantity("1Mi"), description="Size of a request's body as sent.")
    max_unpacked_size: Quantity = Field(Quantity("8Mi"), description="Size of a request's body after gzip.")
    max_batch_readings: Count = Field(1000, ge=1, le=100_000, description="Readings in one request.")
    max_metrics: Count = Field(64, ge=1, le=1000, description="Metrics in one reading.")
    max_clock_skew: Duration = Field(Duration("5m"), description="How far ahead a reading's time may be.")

    rules: ClassVar[tuple[Rule, ...]] = (Rule(unpacked_is_not_below_packed),)


class Buffer(SpecModel):
    """How long accepted readings may wait in Kafka."""

    max_buffer_age: Duration | None = Field(
        None,
        description="Age of the oldest unread reading at which new ones are refused with 503; left out: 6h, or half "
        "of a shorter retention.",
    )


class Cache(SpecModel):
    """The cache of the read path, where `reads` is redis."""

    ttl: Duration = Field(Duration("1s"), description="Age at which a cached answer is no longer given.")
