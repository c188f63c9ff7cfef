"""What holds the variants of a comparison to equal means, and where nothing can."""

from typing import Any

import pytest

from telemetry_operator.comparisons.bounding import Bound, Unbound, bound_of, with_class
from telemetry_operator.specs.comparison import ArchitectureComparison, platform_named
from telemetry_operator.specs.manifest import parse_object_of
from tests.support.comparisons import comparison_manifest

LIMITS = {"resources": {"limits": {"cpu": "500m", "memory": "256Mi"}}}
EQUAL: dict[str, Any] = {
    "platform": {"producer": LIMITS, "analytics": LIMITS, "postgres": {"builtin": LIMITS}},
    "variants": [
        {"architecture": "baseline"},
        {"name": "longer", "architecture": "baseline", "platform": {"retention": "60d"}},
    ],
}


def comparison_of(**spec: Any) -> ArchitectureComparison:  # noqa: ANN401 - parts of a manifest
    return parse_object_of(ArchitectureComparison, comparison_manifest(**spec))


def why(**spec: Any) -> str:  # noqa: ANN401 - parts of a manifest
    found = bound_of(comparison_of(**spec), "compared")
    assert isinstance(found, Unbound)
    return found.why


def test_equal_sums_are_held_by_a_quota() -> None:
    found = bound_of(comparison_of(**EQUAL), "compared")
    assert isinstance(found, Bound)
    assert (found.limits.hard, found.priority_class) == (
        {"limits.cpu": "1500m", "limits.memory": "768Mi"},
        "compared",
    )


def test_no_quota_counts_a_pod_without_a_limit() -> None:
    said = why(platform={"producer": LIMITS, "postgres": {"builtin": LIMITS}}, variants=EQUAL["variants"])
    assert said.endswith("baseline, longer")


def test_sums_that_differ_are_held_by_none() -> None:
    more = {"architecture": "baseline", "name": "more", "platform": {"producer": {"replicas": 2}}}
    assert "differ" in why(**{**EQUAL, "variants": [{"architecture": "baseline"}, more]})


@pytest.mark.parametrize(
    "part",
    [
        {"analytics": {"pod": {"priorityClassName": "high"}}},
        {"postgres": {"builtin": {"pod": {"priorityClassName": "high"}}}},
    ],
    ids=["a program", "a server"],
)
def test_a_class_that_the_owner_chose_is_left_to_the_pods(part: dict[str, Any]) -> None:
    other = {"architecture": "baseline", "name": "first", "platform": part}
    assert why(**{**EQUAL, "variants": [{"architecture": "baseline"}, other]}).endswith(": first")


def test_without_a_class_of_the_operators_there_is_none() -> None:
    found = bound_of(comparison_of(**EQUAL), None)
    assert isinstance(found, Unbound)
    assert "PriorityClass" in found.why


def test_limits_for_each_variant_make_different_architectures_equal() -> None:
    found = bound_of(comparison_of(limits={"cpu": 8, "memory": "6Gi"}), "compared")
    assert isinstance(found, Bound)
    assert found.limits.hard == {"limits.cpu": "8", "limits.memory": "6Gi"}


def test_every_pod_of_a_cell_has_the_class_and_nothing_is_added_to_the_platform() -> None:
    spec = {"architecture": "kafka", "producer": {"replicas": 2, "pod": {"labels": {"team": "plant"}}}}
    marked = with_class(spec, "compared")
    pods = [marked[part]["pod"] for part in ("producer", "consumer", "analytics")]
    pods += [marked[server]["builtin"]["pod"] for server in ("postgres", "redis", "kafka")]
    assert {pod["priorityClassName"] for pod in pods} == {"compared"}
    assert (marked["producer"]["replicas"], marked["producer"]["pod"]["labels"]) == (2, {"team": "plant"})
    assert "redis" not in with_class({"architecture": "baseline"}, "compared")
    assert platform_named("p", marked).spec.producer.pod.priority_class_name == "compared"
