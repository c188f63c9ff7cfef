"""What a run in a cluster says of the system meanwhile: servers behind policies, programs, pods, and images."""

from collections.abc import Iterator
from typing import Final

import pytest
from tools.cluster.kubectl import Kubectl, until
from tools.cluster.release import Release

from telemetry_loadtest.results import Result, Series
from telemetry_operator.reconcile.runs.storing import read_results
from telemetry_operator.specs.benchmark_status import read_benchmark_status
from tests.e2e.harness.benchmarks import RUN_SECONDS, Benchmark
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

# The metrics API tells of a pod every 10 s to 15 s, the first time when it has seen it twice.
WHOLE: Final = {"stages": [{"name": "even", "duration": "40s", "rate": 20}], "warmUp": "2s"}
# An autoscaler looks every 5 s to 15 s and waits for a second high figure; then a pod has to start.
RISING: Final = {"stages": [{"name": "much", "duration": "90s", "rate": 150}], "warmUp": "2s"}

pytestmark = pytest.mark.xdist_group("benchmarks")


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl, {"pod-security.kubernetes.io/enforce": "restricted"}) as own:
        platform = deploy(own, "guarded")
        platform.until("Available")
        yield platform


@pytest.fixture(scope="module")
def benchmark(platform: Platform) -> Benchmark:
    made = Benchmark(platform.kubectl, "seen", platform=platform.name, **WHOLE)
    assert made.until("Finished")["verdict"] == "Passed"
    return made


@pytest.fixture(scope="module")
def result(benchmark: Benchmark) -> Result:
    return result_of(benchmark)


def result_of(benchmark: Benchmark) -> Result:
    status = read_benchmark_status({"status": benchmark.status})
    assert status.result
    kept = [benchmark.kubectl.need("configmap", name) for name in status.result.config_maps]
    return read_results(status.result, kept)


def seen(result: Result, source: str) -> dict[str, Series]:
    return {one.measure: one for one in result.system if one.source == source and one.points}


def test_servers_behind_policies_say_what_they_did_on_the_runs_clock(result: Result) -> None:
    for source, measures in (
        ("postgres", {"connections", "commits", "wal"}),
        ("redis", {"connections", "used-memory", "commands"}),
    ):
        found = seen(result, source)
        assert measures <= found.keys(), [one for one in result.system if one.source == source]
        times = [at for at, _ in found["connections"].points if 0 <= at < result.duration]
        assert len(times) > result.duration / 2
    assert max(value for _, value in seen(result, "postgres")["commits"].points) > 1


def test_every_pod_says_what_it_used_or_why_that_is_not_known(platform: Platform, result: Result) -> None:
    pods = [it["metadata"]["name"] for it in platform.pods() if it["status"]["phase"] == "Running"]
    assert pods
    told = {one.source: one for one in result.system if one.measure == "cpu"}
    if "pods" in told:
        assert told["pods"].unavailable
    else:
        assert {pod for pod in pods if told[pod].points or told[pod].unavailable} == set(pods)
        assert any(told[pod].points for pod in pods)
    assert all("restarts" in seen(result, pod) for pod in pods)
    assert next(one for one in result.system if one.measure == "throttled").unavailable


def test_the_images_that_ran_are_known_by_their_ids(result: Result) -> None:
    ran = {"producer", "analytics", "postgres", "redis", "bench-master", "bench-worker", "bench-collector"}
    assert ran <= result.provenance.images.keys()
    assert all("sha256:" in image for images in result.provenance.images.values() for image in images)


def test_what_let_the_collector_in_goes_with_the_run(benchmark: Benchmark) -> None:
    until(
        lambda: not benchmark.parts("jobs,pods,secrets,networkpolicies"), what="nothing that opens", seconds=RUN_SECONDS
    )


def test_pods_that_an_autoscaler_adds_are_told_with_how_long_they_took(kubectl: Kubectl, release: Release) -> None:
    with own_namespace(kubectl) as own:
        platform = deploy(own, "autoscaling")
        platform.until("Available")
        grown = Benchmark(own, "grown", platform=platform.name, profile="write-heavy", **RISING)
        grown.until("Finished")
        found = result_of(grown)
    assert {"desired", "current", "cpu-of-target"} <= seen(found, "producer autoscaler").keys()
    assert max(value for _, value in seen(found, "producer autoscaler")["desired"].points) > 1
    arrived = next(one for one in found.arrived if one.component == "producer")
    assert 0 <= arrived.made <= arrived.ready <= found.duration
    assert arrived.crossing is not None
    assert arrived.crossing <= arrived.made
    assert any(one.text.startswith(f"{arrived.pod} was ready") for one in found.events)
    assert any("producer is to have" in one.text for one in found.events)
