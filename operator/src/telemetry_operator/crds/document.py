"""A CustomResourceDefinition, whole, from what one of our kinds has of its own."""

from dataclasses import dataclass
from typing import Any, Final

from telemetry_operator.crds.cel import Validation
from telemetry_operator.crds.schema import Schema, with_validations
from telemetry_operator.specs.names import LONGEST_LABEL
from telemetry_operator.specs.platform import API_VERSION

GROUP, VERSION = API_VERSION.split("/")

# The name becomes a label's value, which may hold neither dots nor more characters.
LABEL_AS_NAME: Final = Validation(
    f'size(self.metadata.name) <= {LONGEST_LABEL} && self.metadata.name.matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")',
    f"metadata.name: a name of at most {LONGEST_LABEL} lower-case letters, digits and inner hyphens is needed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is a kind's own."""

    kind: str
    plural: str
    short: str
    description: str
    columns: tuple[dict[str, Any], ...]
    spec: Schema
    status: Schema
    needs_spec: bool = True
    validations: tuple[Validation, ...] = ()
    """Beside the one of its name."""

    @property
    def name(self) -> str:
        return f"{self.plural}.{GROUP}"


def build_document(definition: Definition) -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": definition.name},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": definition.kind,
                "listKind": f"{definition.kind}List",
                "plural": definition.plural,
                "singular": definition.kind.lower(),
                "shortNames": [definition.short],
            },
            "versions": [_version(definition)],
        },
    }


def _version(definition: Definition) -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [*definition.columns],
        "schema": {"openAPIV3Schema": _root(definition)},
    }


def _root(definition: Definition) -> Schema:
    root = {
        "type": "object",
        "description": definition.description,
        "properties": {
            "apiVersion": {"type": "string", "description": f"Version of the kind: {API_VERSION}."},
            "kind": {"type": "string", "description": f"The kind: {definition.kind}."},
            "metadata": {"type": "object"},
            "spec": definition.spec,
            "status": definition.status,
        },
        **({"required": ["spec"]} if definition.needs_spec else {}),
    }
    return with_validations(root, [LABEL_AS_NAME, *definition.validations])
