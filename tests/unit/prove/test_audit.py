import json
from pathlib import Path

import pytest
from tools.cluster import audit
from tools.prove.audit import writes_of_the_operator

SINCE, BEFORE = "2026-01-01T00:00:00.000000Z", "2026-01-01T00:01:00.000000Z"


def entry(**changed: str) -> str:
    found = {
        "verb": "patch",
        "resource": "telemetryplatforms",
        "username": "admin",
        "agent": "OpenAPI-Generator/37.0.2/python",
        "at": "2026-01-01T00:00:30.000000Z",
        "namespace": "hundred",
    } | changed
    reference = {"resource": found["resource"], "namespace": found["namespace"], "subresource": "status"}
    whole = {
        "verb": found["verb"], "user": {"username": found["username"]}, "userAgent": found["agent"],
        "objectRef": reference, "requestReceivedTimestamp": found["at"],
    }  # fmt: skip
    return json.dumps(whole, separators=(",", ":"))


@pytest.mark.parametrize(
    "others",
    [
        {"verb": "list"},
        {"resource": "leases"},
        {"username": "system:serviceaccount:kube-system:job-controller"},
        {"agent": "kubectl/v1.35.0"},
        {"at": BEFORE},
        {"namespace": "hundreds"},
    ],
)
def test_only_writes_of_the_operator_in_its_time_and_place_count(
    others: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "cluster"
    log.write_text("#!/bin/sh\ncat <<'end'\n" + "\n".join([entry(), entry(**others)]) + "\nend\n")
    log.chmod(0o755)
    monkeypatch.setattr(audit, "CLUSTER", log)
    assert writes_of_the_operator("hundred", SINCE, BEFORE) == {"patch telemetryplatforms/status": 1}


def test_without_a_log_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "CLUSTER", tmp_path / "none")
    assert writes_of_the_operator("hundred", SINCE, BEFORE) is None
