"""A run from which something is taken in its middle ends soon, says why, leaves nothing, and the next one begins."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import pytest
from tools.cluster.kubectl import Kubectl, KubectlError, Object, until
from tools.cluster.release import Release

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_operator.resources.benchmark_context import MASTER, WORKER
from tests.e2e.harness.benchmarks import LONG, RUN_SECONDS, Benchmark, condition
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

SOON: Final = 90.0  # seconds, far below the six minutes that a run's pods are waited for
TWO_WORKERS: Final = {"stages": [{"name": "even", "duration": "25s", "rate": 10}], "warmUp": "1s", "workers": 2}
# Many small processes: the kernel kills the largest one, which is to be the worker.
HOG: Final = """
import os, time
for _ in range(60):
    if not os.fork():
        held = b"x" * 24 * 2**20
        time.sleep(60)
time.sleep(60)
"""
TIGHT: Final[Object] = {
    "apiVersion": "v1",
    "kind": "LimitRange",
    "metadata": {"name": "tight"},
    "spec": {"limits": [{"type": "Container", "max": {"memory": "300Mi"}}]},
}

pytestmark = pytest.mark.xdist_group("run-losses")


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl) as own:
        platform = deploy(own, "plain")
        platform.until("Available")
        yield platform


def ended(benchmark: Benchmark) -> dict[str, Any]:
    """Its last status, when nothing of it runs any more."""
    status = benchmark.until("Finished")
    benchmark.until_cleared()
    return status


def seconds(status: dict[str, Any]) -> float:
    return (parse_time(status["completionTime"]) - parse_time(status["startTime"])) / MICROSECONDS_PER_SECOND


def test_a_master_that_is_lost_ends_the_run_and_the_next_one_begins(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "headless", **LONG)
    benchmark.until("Running")
    after = Benchmark(platform.kubectl, "after", **LONG)
    benchmark.kill(MASTER)
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Stalled")) == ("Error", ("True", "MasterLost"))
    assert "what it had measured with it" in status["reason"]
    after.until("Running")
    after.delete()
    after.until_cleared()


def test_a_master_that_is_told_to_end_gives_what_it_has(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "drained", **LONG)
    until(lambda: benchmark.status.get("live"), what="a second of load", seconds=RUN_SECONDS)
    (pod,) = benchmark.pods(MASTER)
    platform.kubectl.delete("pod", pod["metadata"]["name"], "--wait=false")
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Ready")) == ("Aborted", ("True", "Measured"))
    assert status["books"]["closed"]
    assert status["result"]["configMaps"]


def test_a_worker_that_is_lost_under_load_makes_the_run_invalid(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "thinned", **TWO_WORKERS)
    benchmark.until("Running")
    benchmark.kill(WORKER)
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Ready")) == ("Invalid", ("True", "Measured"))
    assert "was lost" in status["reason"]
    assert status["result"]["configMaps"]


def test_a_worker_that_is_killed_for_its_memory_under_load_is_told_beside_the_verdict(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "starved", **LONG)
    benchmark.until("Running")
    (pod,) = benchmark.pods(WORKER)
    with suppress(KubectlError):  # it ends with the container
        platform.kubectl("exec", pod["metadata"]["name"], "--", "python", "-c", HOG)
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Ready")) == ("Invalid", ("True", "Measured"))
    assert status["reason"].endswith("a worker used more memory than its limit")


def test_a_worker_that_is_lost_before_the_load_ends_the_run(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "unmanned", **LONG)
    benchmark.kill(WORKER)
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Stalled")) == ("Error", ("True", "WorkerLost"))
    assert "loadTime" not in status
    assert seconds(status) < SOON


def test_pods_that_are_forbidden_end_the_run_and_another_of_its_name_is_not_blamed_for_them(platform: Platform) -> None:
    platform.kubectl.apply(TIGHT)
    benchmark = Benchmark(platform.kubectl, "narrow", **LONG)
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Stalled")) == ("Error", ("True", "PodsForbidden"))
    assert "300Mi" in status["reason"]
    platform.kubectl.delete("limitrange", "tight")
    benchmark.delete()
    again = Benchmark(platform.kubectl, "narrow", **LONG)
    again.until("Running")
    again.delete()
    again.until_cleared()


# The last of this module: it takes the platform away.
def test_a_platform_that_is_deleted_under_load_ends_the_run(platform: Platform) -> None:
    benchmark = Benchmark(platform.kubectl, "orphaned", **LONG)
    benchmark.until("Running")
    platform.delete()
    status = ended(benchmark)
    assert (status["verdict"], condition(status, "Stalled")) == ("Error", ("True", "TargetGone"))
    assert "plain" in status["reason"]
    after = Benchmark(platform.kubectl, "nowhere", **LONG).until("Refused")
    assert condition(after, "Stalled") == ("True", "PlatformMissing")
