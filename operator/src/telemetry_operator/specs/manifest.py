"""A manifest's way in: YAML text to a TelemetryPlatform or another kind of ours, or every fault of it at once.

Stands between `documents` (YAML, lines) and `diagnosis` (the model's faults in words).
"""

from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.diagnosis import broken_rules, doubtful_blocks, findings_of
from telemetry_operator.specs.documents import Document, NotYamlError, read_documents
from telemetry_operator.specs.findings import Finding, dotted
from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform

HEADER: Final = {("apiVersion",), ("kind",)}
SAMPLES: Final = {
    KIND: "examples/kafka.yaml",
    "TelemetryBenchmark": "examples/benchmark.yaml",
    "ArchitectureComparison": "examples/comparison.yaml",
}

Kind = TypeVar("Kind", bound=BaseModel)


class ManifestError(PlatformError):
    """A manifest that cannot be used; one line of the message for each fault, `source:line: path: what is wrong`."""


def read_manifest(path: Path) -> TelemetryPlatform:
    """The one platform that a file describes.

    Raises:
        ManifestError: the file cannot be read, or is not exactly one valid TelemetryPlatform.
    """
    return parse_manifest(read_text(path), source=str(path))


def read_text(path: Path) -> str:
    """Text of a manifest's file.

    Raises:
        ManifestError: the file cannot be read, or is not text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path}: not text in UTF-8 (byte {error.start})") from None


def parse_manifest(text: str, *, source: str = "manifest") -> TelemetryPlatform:
    """The one platform that a text describes.

    Raises:
        ManifestError: the text is not exactly one valid TelemetryPlatform.
    """
    platforms = parse_all(TelemetryPlatform, text, source=source)
    if len(platforms) > 1:
        names = ", ".join(platform.metadata.name for platform in platforms)
        raise ManifestError(f"{source}: found {len(platforms)} platforms ({names}); one a file is needed")
    return platforms[0]


def parse_manifests(text: str, *, source: str = "manifest") -> list[TelemetryPlatform]:
    """All platforms that a text describes, at least one.

    Raises:
        ManifestError: the text is not YAML, is empty, or one of its documents is not a valid TelemetryPlatform.
    """
    return parse_all(TelemetryPlatform, text, source=source)


def read_only(model: type[Kind], path: Path) -> Kind:
    """The one object of a kind that a file describes.

    Raises:
        ManifestError: the file cannot be read, or is not exactly one valid object of the kind.
    """
    return parse_only(model, read_text(path), source=str(path))


def parse_only(model: type[Kind], text: str, *, source: str = "manifest") -> Kind:
    """The one object of a kind that a text describes.

    Raises:
        ManifestError: the text is not exactly one valid object of the kind.
    """
    found = parse_all(model, text, source=source)
    if len(found) > 1:
        raise ManifestError(f"{source}: found {len(found)} of kind {model.__name__}; one a file is needed")
    return found[0]


def parse_all(model: type[Kind], text: str, *, source: str = "manifest") -> list[Kind]:
    """All objects of a kind that a text describes, at least one.

    Raises:
        ManifestError: the text is not YAML, is empty, or one of its documents is not a valid object of the kind.
    """
    return _parsed(model, lambda _: model, text, source)


def parse_each(choose: Callable[[object], type[BaseModel]], text: str, *, source: str = "manifest") -> list[BaseModel]:
    """All objects that a text describes, at least one, each of the kind that is chosen for its value.

    Raises:
        ManifestError: as `parse_all`.
    """
    return _parsed(TelemetryPlatform, choose, text, source)


def _parsed(usual: type[BaseModel], choose: Callable[[object], type[Kind]], text: str, source: str) -> list[Kind]:
    try:
        documents = read_documents(text)
    except NotYamlError as error:
        raise ManifestError(f"{source}:{error.line}: {error}" if error.line else f"{source}: {error}") from None
    if not documents:
        raise ManifestError(
            f"{source}: empty; a {usual.__name__} is needed", hint=f"{SAMPLES[usual.__name__]} is one to start from."
        )
    chosen = [(choose(document.value), document) for document in documents]
    faults = [line for model, document in chosen for line in _lines(model, document, source)]
    if faults:
        raise ManifestError("\n".join(faults))
    return [model.model_validate(without_nulls(document.value)) for model, document in chosen]


def parse_object(value: object, *, source: str = "manifest") -> TelemetryPlatform:
    """The platform that an object from the API server describes.

    Raises:
        ManifestError: the object is not a valid TelemetryPlatform.
    """
    return parse_object_of(TelemetryPlatform, value, source=source)


def parse_object_of(model: type[Kind], value: object, *, source: str = "manifest") -> Kind:
    """What an object from the API server describes.

    Raises:
        ManifestError: the object is not a valid one of the kind.
    """
    try:
        return model.model_validate(without_nulls(value))
    except ValidationError:
        faults = _faults(model, value)
        raise ManifestError("\n".join(f"{source}: {_told(fault)}" for fault in faults)) from None


def without_nulls(value: object) -> object:
    """The value without fields that hold nothing: `consumer:` alone asks for defaults, in the cluster as well."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _lines(model: type[BaseModel], document: Document, source: str) -> Iterator[str]:
    faults = [*document.repeated, *_faults(model, document.value)]
    for line, fault in sorted(((document.line_of(fault.path), fault) for fault in faults), key=itemgetter(0)):
        yield f"{source}:{line}: {_told(fault)}"


def _told(fault: Finding) -> str:
    return f"{dotted(fault.path)}: {fault.message}" if fault.path else fault.message


def _faults(model: type[BaseModel], value: object) -> list[Finding]:
    given = without_nulls(value)
    if not isinstance(given, dict):
        return [Finding((), "not a manifest: a block with apiVersion, kind, metadata and spec is needed")]
    try:
        model.model_validate(given)
    except ValidationError as error:
        found = findings_of(error, model)
        # The fields of another kind say nothing about this one.
        return [finding for finding in found if finding.path in HEADER] or [
            *found,
            *_rules_beside(model, error, given),
        ]
    return []


def _rules_beside(model: type[BaseModel], error: ValidationError, given: dict[str, object]) -> list[Finding]:
    """What the rules between blocks say of the blocks that are right, so that all faults are told at once."""
    spec = given.get("spec")
    if broken_rules(error) or not isinstance(spec, dict):
        return []
    doubtful = doubtful_blocks(error, model)
    sound = {name: block for name, block in spec.items() if name not in doubtful}
    try:
        model.model_validate({**_sound_header(model), "spec": sound})
    except ValidationError as second:
        return [
            finding
            for rule, finding in broken_rules(second)
            if doubtful.isdisjoint(read.split(".")[1] for read in rule.reads)
        ]
    return []


def _sound_header(model: type[BaseModel]) -> dict[str, object]:
    return {"apiVersion": API_VERSION, "kind": model.__name__, "metadata": {"name": "any"}}
