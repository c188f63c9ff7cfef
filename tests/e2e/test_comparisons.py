"""Comparisons on a real cluster: cell after cell to a result, and nothing left where one is deleted in the middle."""

from collections import defaultdict
from typing import Any, Final

import pytest
from tools.cluster.kubectl import Kubectl, Object, until
from tools.cluster.release import Release

from telemetry_loadtest.comparison_results import Comparison as Judged
from telemetry_operator.crds.benchmark import NAME as BENCHMARK
from telemetry_operator.crds.comparison import NAME
from telemetry_operator.crds.definition import NAME as PLATFORM
from telemetry_operator.reconcile.comparisons.storing import read_comparison_results
from telemetry_operator.specs.comparison_status import read_comparison_status
from tests.e2e.harness.benchmarks import LENIENT, PATIENT
from tests.e2e.harness.crashes import kill_operator
from tests.support.comparisons import comparison_manifest

CELLS_SECONDS: Final = 600.0  # two platforms, two short loads, one after the other, beside others on two cores
TINY: Final = {"requests": {"cpu": "20m", "memory": "96Mi"}, "limits": {"memory": "384Mi"}}
SMALL: Final = {
    "platform": {
        "producer": {"replicas": 1, "resources": TINY},
        "analytics": {"replicas": 1, "resources": TINY},
        "postgres": {"builtin": {"resources": TINY, "storage": {"size": "256Mi"}}},
    },
    "variants": [
        {"architecture": "baseline"},
        {"name": "longer", "architecture": "baseline", "platform": {"retention": "60d"}},
    ],
    "profiles": ["mixed"],
    "blocks": 1,
    "metric": {"name": "p95"},
    "stages": [{"duration": "5s", "rate": 10}],
    "warmUp": "1s",
    "devices": 5,
    "health": PATIENT,
    "slo": LENIENT,
}
# One request under way: what it can carry is one over how long a request takes, on any machine within a few doublings.
BY_CEILING: Final = {
    "metric": {"name": "ceiling"},
    "search": {"first": 10, "step": "3s", "precision": 1},
    "stages": [],
    "profiles": ["write-heavy"],
    "maxInFlight": 1,
    "probesPerSecond": 0,
    "slo": {"bounds": [{"p95": "30s", "errorRate": 1, "dropRate": 0.5}], "window": "1s", "windows": 2},
}

pytestmark = [pytest.mark.xdist_group("comparisons"), pytest.mark.usefixtures("release")]


class Comparison:
    """One ArchitectureComparison of two small platforms."""

    def __init__(self, kubectl: Kubectl, name: str, **spec: Any) -> None:  # noqa: ANN401 - parts of a manifest
        self.kubectl = kubectl
        self.name = name
        self.made: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Every platform and run of its cells that was seen, with each uid that it had."""
        kubectl.apply(comparison_manifest(name, kubectl.namespace, **{**SMALL, **spec}))

    @property
    def status(self) -> dict[str, Any]:
        return dict(self.kubectl.need(NAME, self.name).get("status", {}))

    def until(self, field: str, *values: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            self._note()
            status = self.status
            return status if status.get(field) in values else None

        found = until(reached, what=f"{field} of {self.name}: {' or '.join(values)}", seconds=CELLS_SECONDS)
        assert found is not None
        return found

    def until_loaded(self) -> None:
        """Until a cell's run is in its load."""

        def loaded() -> bool:
            self._note()
            return any(it.get("status", {}).get("phase") == "Running" for it in self.parts(BENCHMARK))

        until(loaded, what=f"a run of {self.name} under load", seconds=CELLS_SECONDS)

    def _note(self) -> None:
        for it in self.parts(f"{PLATFORM},{BENCHMARK}"):
            self.made[it["kind"], it["metadata"]["name"]].add(it["metadata"]["uid"])

    def result(self) -> Judged:
        status = read_comparison_status({"status": self.status})
        assert status.result
        kept = [self.kubectl.need("configmap", name) for name in status.result.config_maps]
        return read_comparison_results(status.result, kept)

    def parts(self, kinds: str = f"{PLATFORM},{BENCHMARK},configmaps") -> list[Object]:
        return list(self.kubectl.list(kinds, f"telemetry.dev/comparison={self.name}"))

    def names(self) -> set[str]:
        return {it["metadata"]["name"] for it in self.parts()}


@pytest.mark.smoke
def test_variants_that_are_no_platforms_are_refused_before_anything_is_made(place: Kubectl) -> None:
    comparison = Comparison(place, "wrong", platform={"retension": "7d"})
    status = comparison.until("phase", "Refused")
    assert {it["reason"] for it in status["conditions"]} == {"InvalidSpec"}
    assert comparison.parts() == []


def test_two_variants_are_compared_cell_after_cell_though_the_operator_is_killed_twice(
    place: Kubectl, release: Release
) -> None:
    comparison = Comparison(place, "which")
    comparison.until_loaded()
    kill_operator(release)
    begun = comparison.until("progress", "1/2")
    kill_operator(release)  # while what is left of the first cell goes
    assert len(comparison.parts(PLATFORM)) <= 1
    status = comparison.until("phase", "Finished")
    assert (status["run"], status["progress"], status["cells"]["failed"]) == (begun["run"], "2/2", 0), status
    assert [(one["profile"], one["outcome"]) for one in status["profiles"]] == [("mixed", "insufficient data")]
    cells, twice = 2, [name for name, uids in comparison.made.items() if len(uids) > 1]
    assert (len(comparison.made), twice) == (2 * cells, []), comparison.made
    assert status["result"]["configMaps"]
    for record in comparison.result().records:
        assert record.cost
        assert record.cost.cpu_seconds or record.cost.unavailable
        assert {"producer", "analytics", "postgres"} <= record.images.keys()
    kept = set(status["result"]["configMaps"])
    until(lambda: comparison.names() == kept, what="nothing but the result left", seconds=CELLS_SECONDS)


def test_two_variants_are_compared_by_their_ceilings(place: Kubectl) -> None:
    comparison = Comparison(place, "higher", **BY_CEILING)
    status = comparison.until("phase", "Finished")
    assert (status["progress"], status["cells"]["failed"]) == ("2/2", 0), status
    assert status["plan"]["metric"] == "ceiling in requests/s, within 100%, each rate held for 3s"
    assert [(one["profile"], one["outcome"]) for one in status["profiles"]] == [("write-heavy", "insufficient data")]


def test_a_cell_that_fails_has_a_reason_and_the_others_go_on(place: Kubectl) -> None:
    comparison = Comparison(place, "torn")
    comparison.until_loaded()
    (platform,) = comparison.parts(PLATFORM)
    place.delete(PLATFORM, platform["metadata"]["name"], "--wait=false")
    status = comparison.until("phase", "Finished")
    assert (status["progress"], status["cells"]["failed"]) == ("2/2", 1), status
    assert status["result"]["configMaps"]
    told = [it["note"] for it in place.list("events.events.k8s.io") if it["reason"] == "CellFailed"]
    assert len(told) == 1
    assert "was deleted while it was loaded" in told[0]


def test_one_that_is_deleted_in_the_middle_leaves_nothing(place: Kubectl) -> None:
    comparison = Comparison(place, "unwanted")
    until(lambda: comparison.parts(BENCHMARK), what="the first cell's run", seconds=CELLS_SECONDS)
    place.delete(NAME, "unwanted")

    def left() -> list[Object]:
        ours = "app.kubernetes.io/managed-by=telemetry-operator"
        every = place.list("pods,persistentvolumeclaims,secrets,statefulsets,deployments", ours)
        return [*comparison.parts(), *(one for one in every if "unwanted" in one["metadata"]["name"])]

    until(lambda: not left(), what="nothing of the comparison", seconds=CELLS_SECONDS)
