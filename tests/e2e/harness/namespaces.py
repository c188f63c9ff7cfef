"""Namespaces of the suite's own: made for a test, filled from a case, deleted after it."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tools.cluster.kubectl import Kubectl, Object, documents_of

from telemetry_operator.specs.platform import KIND
from tests.e2e.harness.platforms import Platform

CASES: Final = Path(__file__).parents[1] / "cases"
PREFIX: Final = "telemetry-e2e-"


@contextmanager
def own_namespace(kubectl: Kubectl, labels: Mapping[str, str] | None = None) -> Iterator[Kubectl]:
    """A new namespace, deleted afterwards without waiting for it."""
    own = kubectl.within(f"{PREFIX}{secrets.token_hex(3)}")
    metadata = {"name": own.namespace, "labels": dict(labels or {})}
    own.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    try:
        yield own
    finally:
        own.delete("namespace", own.namespace, "--wait=false")


def deploy(kubectl: Kubectl, case: str, **spec: Any) -> Platform:  # noqa: ANN401 - parts of a manifest
    """Apply a case's manifests, the platform's spec patched with these fields, and return its platform."""
    documents = documents_of(CASES / case)
    platforms = [document for document in documents if document["kind"] == KIND]
    for platform in platforms:
        platform["spec"] = merged(platform.get("spec", {}), spec)
    kubectl.apply(*documents)
    return Platform(kubectl, platforms[0]["metadata"]["name"])


def merged(value: Object, patch: Object) -> Object:
    """The value with the patch merged in (RFC 7396), short of deleting."""
    both = {key: merged(value[key], new) for key, new in patch.items() if _are_blocks(value.get(key), new)}
    return {**value, **patch, **both}


def _are_blocks(old: object, new: object) -> bool:
    return isinstance(old, dict) and isinstance(new, dict)
