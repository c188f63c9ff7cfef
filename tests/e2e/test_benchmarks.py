"""Runs of benchmarks on a real cluster: to their verdict, one at a time, ended in the middle, and carried on."""

from collections.abc import Iterator
from typing import Final

import pytest
from tools.cluster.kubectl import Kubectl, until
from tools.cluster.release import Release

from telemetry_operator.crds.benchmark import NAME
from tests.e2e.harness.benchmarks import LONG, RUN_SECONDS, SHORT, Benchmark, condition
from tests.e2e.harness.crashes import kill_operator
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

# One request under way: what it can carry is one over how long a request takes, on any machine within a few doublings.
NARROW: Final = {
    "suite": "ceiling",
    "search": {"first": 10, "step": "3s", "precision": 1},
    "warmUp": "1s",
    "profile": "write-heavy",
    "maxInFlight": 1,
    "probesPerSecond": 0,
    "slo": {"bounds": [{"p95": "30s", "errorRate": 1, "dropRate": 0.5}], "window": "1s", "windows": 2},
}

pytestmark = pytest.mark.xdist_group("benchmarks")


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl) as own:
        platform = deploy(own, "plain")
        platform.until("Available")
        yield platform


@pytest.mark.smoke
@pytest.mark.usefixtures("release")
def test_a_run_against_no_platform_is_refused_before_any_load(place: Kubectl) -> None:
    benchmark = Benchmark(place, "nobodys", platform="nobody", suite="smoke")
    status = benchmark.until("Refused")
    assert condition(status, "Stalled") == ("True", "PlatformMissing")
    assert "run" not in status
    assert benchmark.parts() == []


def test_runs_come_to_their_verdicts_one_after_the_other(platform: Platform) -> None:
    first = Benchmark(platform.kubectl, "first", existingData="Refuse", **SHORT)
    first.until("Starting", "Running")
    second = Benchmark(platform.kubectl, "second", **SHORT)
    assert condition(second.until("Queued"), "Ready") == ("False", "Queued")
    status = first.until("Finished")
    assert (status["verdict"], condition(status, "Ready")) == ("Passed", ("True", "Measured"))
    books = status["books"]
    assert books["closed"]
    assert books["acknowledged"] == books["stored"] > 0
    assert status["rates"]["good"] > 0
    after = second.until("Finished")
    assert after["verdict"] == "Passed"
    assert after["startTime"] >= status["completionTime"]
    first.until_cleared()
    assert first.parts("configmaps")


def test_a_ceiling_is_found_though_the_operator_is_replaced_in_the_midst(platform: Platform, release: Release) -> None:
    benchmark = Benchmark(platform.kubectl, "highest", **NARROW)

    def tries() -> bool:
        return bool(benchmark.status.get("ceiling", {}).get("held"))

    until(tries, what="a rate that held", seconds=RUN_SECONDS)
    release.kubectl("delete", "pod", "--all", "--grace-period=0", "--force")
    status = benchmark.until("Finished")
    assert (status["verdict"], condition(status, "Ready")) == ("Passed", ("True", "Measured")), status
    found = status["ceiling"]
    assert found["failed"] == 2 * found["held"]
    assert [step["held"] for step in found["steps"]] == [True] * (found["trial"] - 1) + [False]
    assert status["reason"].startswith(f"the ceiling lies between {found['held']:g} requests a second")
    assert status["books"]["closed"]
    assert status["result"]["configMaps"]


def test_a_platform_with_data_is_not_loaded_unless_allowed(platform: Platform) -> None:
    status = Benchmark(platform.kubectl, "strict", existingData="Refuse", suite="smoke").until("Refused")
    assert condition(status, "Stalled") == ("True", "ForeignData")


def test_a_quota_admits_a_run_that_fits_and_more_workers_are_refused_before_any_load(platform: Platform) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}}
    kubectl = platform.kubectl
    kubectl.apply({**quota, "spec": {"hard": {"limits.cpu": "8", "limits.memory": "8Gi"}}})
    try:
        until(lambda: kubectl.need("resourcequota", "small").get("status"), what="the quota counted")
        many = Benchmark(kubectl, "many", workers=8, **SHORT).until("Refused", "Finished")
        assert condition(many, "Stalled") == ("True", "RunDoesNotFit")
        assert "ResourceQuota small" in many["reason"]
        one = Benchmark(kubectl, "one", workerResources={"limits": {"cpu": "1"}}, **SHORT).until("Finished")
        assert one["verdict"] == "Passed", one["reason"]
    finally:
        kubectl.delete("resourcequota", "small")


def test_a_run_that_is_deleted_in_the_middle_leaves_nothing(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "unwanted", **LONG)
    benchmark.until("Running")
    benchmark.delete()
    until(lambda: not benchmark.parts(), what="nothing of the run", seconds=RUN_SECONDS)


def test_a_run_outlives_its_operator_and_keeps_what_was_measured_when_it_is_stopped(
    platform: Platform, release: Release
) -> None:
    benchmark = Benchmark(platform.kubectl, "lasting", **LONG)
    began = benchmark.until("Running")
    kill_operator(release)

    def goes_on() -> bool:
        live = benchmark.status.get("live", {})
        return bool(live) and live["second"] > began.get("live", {}).get("second", 0) + 5

    until(goes_on, what="progress told by another operator", seconds=RUN_SECONDS)
    benchmark.kubectl("annotate", NAME, benchmark.name, "telemetry.dev/stop=seen enough")
    status = benchmark.until("Finished")
    assert (status["verdict"], status["run"]) == ("Aborted", began["run"])
    assert "seen enough" in status["reason"]
    assert status["books"]["closed"]
    assert status["result"]["configMaps"]
