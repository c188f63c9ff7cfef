from typing import Any

import pytest
from ruamel.yaml import YAML
from tools.cluster.audit import Request
from tools.cluster.release import CHART
from tools.cluster.rights import Findings, Right, compare, granted_by, rights_of

GET, CREATE, PATCH = (Right("", "secrets", verb) for verb in ("get", "create", "patch"))


def request(right: Right, *, code: int = 200, allowed: bool = True) -> Request:
    return Request(
        at="2026-01-01T00:00:00.000000Z",
        user="system:serviceaccount:telemetry-e2e:telemetry-operator",
        agent="python",
        namespace="farm",
        name="demo",
        code=code,
        allowed=allowed,
        **right._asdict(),
    )


def test_rights_that_are_all_used_are_right() -> None:
    assert not any(compare(frozenset({GET, PATCH}), [request(GET), request(PATCH)]))


def test_a_right_that_nobody_used_is_told() -> None:
    assert compare(frozenset({GET, PATCH}), [request(GET)]) == Findings(unused=(PATCH,), missing=())


def test_a_right_that_was_refused_is_not_used() -> None:
    assert compare(frozenset({GET}), [request(GET, code=403, allowed=False)]).unused == (GET,)


def test_a_refusal_of_what_the_chart_does_not_give_is_told() -> None:
    assert compare(frozenset({GET}), [request(GET), request(PATCH, code=403, allowed=False)]).missing == (PATCH,)


def test_a_refusal_of_what_it_gives_is_a_role_on_its_way() -> None:
    assert not compare(frozenset({GET}), [request(GET), request(GET, code=403, allowed=False)]).missing


@pytest.mark.parametrize(("code", "needed"), [(200, {PATCH}), (201, {PATCH, CREATE})])
def test_applying_what_was_not_there_takes_the_right_to_create(code: int, needed: set[Right]) -> None:
    assert set(rights_of(request(PATCH, code=code))) == needed


def test_every_group_resource_and_verb_of_a_rule_is_a_right() -> None:
    rule = {"apiGroups": ["", "apps"], "resources": ["a", "b"], "verbs": ["get", "list"]}
    role: dict[str, Any] = {"kind": "Role", "rules": [rule]}
    assert len(granted_by([role, {"kind": "Service"}])) == 8


def test_the_charts_rules_are_read() -> None:
    rules = YAML(typ="safe").load(CHART / "files" / "rules.yaml")
    granted = granted_by([{"kind": "ClusterRole", "rules": rules}])
    assert Right("telemetry.dev", "telemetryplatforms/status", "patch") in granted
    assert all("*" not in right for right in granted)


def test_a_right_is_told_as_kubernetes_writes_it() -> None:
    assert [str(GET), str(Right("apps", "deployments", "list"))] == ["get secrets", "list deployments.apps"]
