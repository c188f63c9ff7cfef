"""What the platform tells of itself beyond logs and metrics, and to whom."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from telemetry_operator.specs.base import Number, SpecModel

URL: Final = "https?://[^/ @?#][^ @?#]*"
LONGEST: Final = 1000  # characters


def _endpoint(text: str) -> str:
    if not re.fullmatch(URL, text):
        raise PydanticCustomError("needed", "a URL like http://otel-collector:4318 is needed, without a user in it")
    return text


Endpoint = Annotated[
    str, AfterValidator(_endpoint), Field(max_length=LONGEST, json_schema_extra={"pattern": f"^{URL}$"})
]


class Tracing(SpecModel):
    """Where spans go, and how many requests have one."""

    endpoint: Endpoint = Field(description="Base URL of a collector that takes OTLP over HTTP.")
    sampling_ratio: Number = Field(
        0.01, ge=0, le=1, description="Share of requests that are recorded where the caller has not decided."
    )


class Observability(SpecModel):
    """What is told beyond logs and metrics."""

    tracing: Tracing | None = Field(None, description="OpenTelemetry traces; left out: nothing is traced.")
