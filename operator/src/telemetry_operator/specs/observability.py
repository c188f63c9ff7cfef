"""What the platform tells of itself beyond logs and metrics, and to whom."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from telemetry_operator.specs.base import Number, SpecModel

_SCHEMES = ("http://", "https://")


def _endpoint(text: str) -> str:
    scheme, found, rest = text.partition("://")
    if f"{scheme}{found}" not in _SCHEMES or not rest or rest.startswith("/") or set(rest) & set(" @?#"):
        raise PydanticCustomError("needed", "a URL like http://otel-collector:4318 is needed, without a user in it")
    return text


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class Tracing(SpecModel):
    """Where spans go, and how many requests have one."""

    endpoint: Endpoint = Field(description="Base URL of a collector that takes OTLP over HTTP.")
    sampling_ratio: Number = Field(
        0.01, ge=0, le=1, description="Share of requests that are recorded where the caller has not decided."
    )


class Observability(SpecModel):
    """What is told beyond logs and metrics."""

    tracing: Tracing | None = Field(None, description="OpenTelemetry traces; left out: nothing is traced.")
