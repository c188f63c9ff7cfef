"""What the three backing services have in common: who provides them, and storage."""

import re
from enum import StrEnum
from typing import Annotated, Final, Protocol

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.names import ObjectName
from telemetry_operator.specs.pods import PodTemplate, Resources
from telemetry_operator.specs.quantity import Quantity

# The pattern is the API server's as well. A host is a name or an IP address (IPv6 in brackets); ports end at 65535.
_HOST: Final = r"[A-Za-z0-9._:%\[\]-]+"
_PORT: Final = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
ADDRESS: Final = f"{_HOST}:{_PORT}"
LONGEST_ADDRESS: Final = 300  # characters
LONGEST_LIST: Final = 3000


class Provider(StrEnum):
    """Who runs a backing service. The provider's own block stands beside it, under the same name."""

    BUILTIN = "builtin"
    EXTERNAL = "external"


class Provided(Protocol):
    """A backing service's block."""

    @property
    def provider(self) -> Provider: ...
    @property
    def external(self) -> object | None: ...
    @property
    def model_fields_set(self) -> set[str]: ...


def external_needs_its_block(service: Provided) -> Finding | None:
    if service.provider is not Provider.EXTERNAL or service.external is not None:
        return None
    return at("external", "required with provider: external, and missing: it says the server's address")


def only_the_providers_block_stands(service: Provided) -> Finding | None:
    other = Provider.BUILTIN if service.provider is Provider.EXTERNAL else Provider.EXTERNAL
    if other.value not in service.model_fields_set:
        return None
    return at(other, f"not used by provider: {service.provider}; leave this block out, or set provider: {other}")


PROVIDER_RULES: Final = (
    Rule(external_needs_its_block, ("provider", "external")),
    Rule(only_the_providers_block_stands, ("provider", "builtin", "external")),
)


class Storage(SpecModel):
    """A volume for each replica of a server."""

    size: Quantity = Field(Quantity("10Gi"), description="Size of the volume, for example 10Gi.")
    storage_class_name: ObjectName | None = Field(None, description="StorageClass; left out: the cluster's default.")


class BuiltinServer(SpecModel):
    """A StatefulSet of ours: for development, benchmarks and small sites."""

    storage: Storage = Field(default_factory=Storage, description="Where the server keeps its data.")
    resources: Resources = Field(
        default_factory=Resources,
        description="CPU and memory of each replica, which sizes itself by its limit. Where left out: requests of 250m "
        "and 512Mi, limit 1Gi (postgres); 50m and 64Mi, 256Mi (redis); 250m and 768Mi, 1Gi (kafka).",
    )
    pod: PodTemplate = Field(default_factory=PodTemplate, description="What is added to the server's pod.")


def is_host_and_port(text: str) -> bool:
    return re.fullmatch(ADDRESS, text) is not None


def _address(text: str) -> str:
    if not is_host_and_port(text):
        raise PydanticCustomError("needed", "an address like db.example.org:5432 is needed (host:port, nothing else)")
    return text


def _addresses(text: str) -> str:
    if not all(is_host_and_port(part) for part in text.split(",")):
        raise PydanticCustomError("needed", "addresses like kafka-0:9092,kafka-1:9092 are needed (host:port)")
    return text


Address = Annotated[
    str,
    AfterValidator(_address),
    Field(max_length=LONGEST_ADDRESS, json_schema_extra={"pattern": f"^{ADDRESS}$"}),
]
Addresses = Annotated[
    str,
    AfterValidator(_addresses),
    Field(max_length=LONGEST_LIST, json_schema_extra={"pattern": f"^{ADDRESS}(,{ADDRESS})*$"}),
]
