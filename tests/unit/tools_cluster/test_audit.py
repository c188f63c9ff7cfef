import json
from pathlib import Path
from typing import Any

import pytest
from tools.cluster import audit
from tools.cluster.audit import Request

ENTRY: dict[str, Any] = {
    "verb": "patch",
    "user": {"username": "system:serviceaccount:farm:operator"},
    "userAgent": "python",
    "objectRef": {
        "resource": "telemetryplatforms", "subresource": "status", "apiGroup": "telemetry.dev",
        "namespace": "farm", "name": "demo",
    },
    "responseStatus": {"code": 200},
    "requestReceivedTimestamp": "2026-01-01T00:00:30.000000Z",
    "annotations": {"authorization.k8s.io/decision": "allow"},
}  # fmt: skip


def read(**changed: Any) -> Request:  # noqa: ANN401 - parts of an entry
    request = Request.of({**ENTRY, **changed})
    assert request is not None
    return request


def test_a_subresource_is_part_of_the_resource() -> None:
    assert read().resource == "telemetryplatforms/status"


def test_what_is_not_about_an_object_is_passed_over() -> None:
    assert Request.of({**ENTRY, "objectRef": None}) is None


@pytest.mark.parametrize(("decision", "allowed"), [("allow", True), ("forbid", False)])
def test_a_refusal_is_told_apart(decision: str, allowed: bool) -> None:
    assert read(annotations={"authorization.k8s.io/decision": decision}).allowed is allowed


@pytest.mark.parametrize(("verb", "writes"), [("patch", True), ("delete", True), ("watch", False)])
def test_writes_are_told_from_looks(verb: str, writes: bool) -> None:
    assert read(verb=verb).writes is writes


def logged(text: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = directory / "cluster"
    (directory / "text").write_text(text)
    log.write_text(f"#!/bin/sh\ncat '{directory}/text'\n")
    log.chmod(0o755)
    monkeypatch.setattr(audit, "CLUSTER", log)


def line_of(namespace: str) -> str:
    entry = {**ENTRY, "objectRef": {**ENTRY["objectRef"], "namespace": namespace}}
    return json.dumps(entry, separators=(",", ":")) + "\n"


def namespaces() -> list[str]:
    return [one.namespace for one in audit.requests_with(audit.in_namespace("farm"))]


def test_only_lines_with_the_text_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logged(line_of("farm") + line_of("farms"), tmp_path, monkeypatch)
    assert namespaces() == ["farm"]


def test_a_line_that_is_being_written_is_left_for_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged(line_of("farm") + line_of("farm")[:-40], tmp_path, monkeypatch)
    assert namespaces() == ["farm"]
