"""The chart's files beside the program that they start, as far as that needs no helm."""

import re
from typing import Any

from ruamel.yaml import YAML

from telemetry_operator.cluster.kinds import BENCHMARK, CLAIM, COMPARISON, EVENT, LEASE, PLATFORM, POD, POD_METRICS
from telemetry_operator.controller.settings import PREFIX, OperatorSettings
from telemetry_operator.resources.objects import OWNED_KINDS, RESOURCE_QUOTA, SERVICE_ACCOUNT, Kind
from tests.unit.chart import CHART, ROOT

DEPLOYMENT = (CHART / "templates" / "deployment.yaml").read_text()
RULES: list[dict[str, Any]] = YAML(typ="safe").load(CHART / "files" / "rules.yaml")

OURS = (PLATFORM, BENCHMARK, COMPARISON)


def verbs_of(kind: Kind, subresource: str = "") -> set[str]:
    resource = kind.plural + subresource
    granted = [rule for rule in RULES if kind.group in rule["apiGroups"] and resource in rule["resources"]]
    return {verb for rule in granted for verb in rule["verbs"]}


def test_the_charts_definitions_are_those_of_the_repository() -> None:
    generated = {path.name: path.read_text() for path in (ROOT / "crds").glob("*.yaml")}
    assert {path.name: path.read_text() for path in (CHART / "files" / "crds").glob("*.yaml")} == generated, "make crds"


def test_a_definition_has_one_place_for_the_charts_annotation() -> None:
    for path in (CHART / "files" / "crds").glob("*.yaml"):
        assert len(re.findall("(?m)^metadata:$", path.read_text())) == 1


def test_the_chart_and_its_operator_have_one_version() -> None:
    chart = YAML(typ="safe").load(CHART / "Chart.yaml")
    pyproject = (ROOT / "operator" / "pyproject.toml").read_text()
    assert f'version = "{chart["version"]}"' in pyproject
    assert chart["appVersion"] == chart["version"]


def test_the_deployment_sets_only_what_is_a_setting() -> None:
    known = {PREFIX + name.upper() for name in OperatorSettings.model_fields}
    assert set(re.findall(rf"name: ({PREFIX}\w+)", DEPLOYMENT)) <= known


def test_the_deployment_sets_what_has_no_default() -> None:
    required = {PREFIX + name.upper() for name, field in OperatorSettings.model_fields.items() if field.is_required()}
    assert required <= set(re.findall(rf"name: ({PREFIX}\w+)", DEPLOYMENT))


def test_what_platforms_are_made_of_may_be_made_and_removed() -> None:
    wanted = {"get", "list", "watch", "create", "patch", "delete"}
    removed = [kind for kind in OWNED_KINDS if kind != SERVICE_ACCOUNT]  # every architecture has the one account
    assert {kind.kind: verbs_of(kind) for kind in removed} == {kind.kind: wanted for kind in removed}
    assert verbs_of(SERVICE_ACCOUNT) == wanted - {"delete"}


def test_what_is_only_observed_may_not_be_written() -> None:
    assert verbs_of(COMPARISON) == {"get", "list", "watch"}
    assert verbs_of(POD) == {"list", "watch"}
    assert verbs_of(POD_METRICS) == {"list"}


def test_of_our_own_kinds_only_the_status_is_changed() -> None:
    assert {kind.kind: verbs_of(kind, "/status") for kind in OURS} == {kind.kind: {"patch"} for kind in OURS}
    assert "patch" not in {verb for kind in OURS for verb in verbs_of(kind)}


def test_what_cells_are_made_of_may_be_made_and_deleted() -> None:
    for kind in (PLATFORM, BENCHMARK):
        assert verbs_of(kind) == {"get", "list", "watch", "create", "delete"}


def test_the_quota_of_a_comparison_may_be_made_put_back_and_removed() -> None:
    assert verbs_of(RESOURCE_QUOTA) == {"list", "create", "patch", "delete"}


def test_claims_may_be_changed_and_neither_made_nor_deleted() -> None:
    assert verbs_of(CLAIM) == {"list", "watch", "patch"}


def test_events_are_made_and_never_changed() -> None:
    assert verbs_of(EVENT) == {"list", "create"}


def test_nothing_is_granted_beyond_the_kinds_that_the_operator_knows() -> None:
    kinds = (*OWNED_KINDS, *OURS, POD, POD_METRICS, CLAIM, EVENT, RESOURCE_QUOTA)
    known = {(kind.group, kind.plural) for kind in kinds}
    known |= {(kind.group, f"{kind.plural}/status") for kind in OURS}
    granted = {(group, resource) for rule in RULES for group in rule["apiGroups"] for resource in rule["resources"]}
    assert granted == known
    assert (LEASE.group, LEASE.plural) not in granted
