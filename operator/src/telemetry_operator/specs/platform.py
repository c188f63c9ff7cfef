"""The TelemetryPlatform kind: a manifest's whole meaning, with the rules that hold between its blocks."""

from typing import Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.findings import Rule
from telemetry_operator.specs.names import DnsLabel
from telemetry_operator.specs.rules import RULES
from telemetry_operator.specs.spec import PlatformSpec

API_VERSION: Final = "telemetry.dev/v1alpha1"
KIND: Final = "TelemetryPlatform"

# Fields of metadata that the API server writes; a manifest read back from a cluster carries them.
SERVER_FIELDS: Final = frozenset({
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generateName", "generation",
    "managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid",
})  # fmt: skip


class Metadata(SpecModel):
    """The platform's name and what Kubernetes keeps beside it."""

    name: DnsLabel = Field(description="Name of the platform.")
    namespace: DnsLabel | None = Field(None, description="Namespace of the platform; left out: the client's.")
    labels: dict[str, str] = Field(default_factory=dict, description="Labels.")
    annotations: dict[str, str] = Field(default_factory=dict, description="Annotations.")

    @model_validator(mode="before")
    @classmethod
    def _without_server_fields(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the manifest holds there
        return {k: v for k, v in given.items() if k not in SERVER_FIELDS} if isinstance(given, dict) else given


class TelemetryPlatform(SpecModel):
    """A manifest of kind TelemetryPlatform."""

    rules: ClassVar[tuple[Rule, ...]] = RULES

    api_version: Literal["telemetry.dev/v1alpha1"] = Field(description="Version of the kind.")
    kind: Literal["TelemetryPlatform"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Name and labels.")
    spec: PlatformSpec = Field(default_factory=PlatformSpec, description="What the owner wants.")
    status: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False, description="The operator's own.")
