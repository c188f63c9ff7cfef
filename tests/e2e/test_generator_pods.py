"""What keeps a generator's pods from their work ends the run with its reason: no node, no image, too little memory.

The operator of the cluster brings the platform up and is then kept out; a visitor in the test's own process, which is
less patient, takes its place.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from tools.cluster.kubectl import Kubectl, Object
from tools.cluster.release import Release

from telemetry_operator.cluster.client import Cluster
from telemetry_operator.reconcile.benchmark import BenchmarkReconciler
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.runs import failures
from telemetry_operator.resources.benchmark_context import WORKER
from telemetry_operator.resources.objects import JOB
from tests.e2e.harness.benchmarks import RUN_SECONDS, SHORT, Benchmark, condition
from tests.e2e.harness.crashes import connected
from tests.e2e.harness.fence import LABELS, fence, wait_for_fence
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform
from tests.support.waiting import wait_until_async

IMAGE: Final = "telemetry/loadtest:dev"
PATIENCE: Final = 3.0  # seconds; the operator's own is a minute
GREEDY: Final[Object] = {
    "apiVersion": "v1",
    "kind": "LimitRange",
    "metadata": {"name": "greedy"},
    # Asked for by every container that does not say how much it wants.
    "spec": {"limits": [{"type": "Container", "defaultRequest": {"ephemeral-storage": "1Pi"}}]},
}

Change = Callable[[Object], None]

pytestmark = pytest.mark.xdist_group("crash-points")  # those of the fence


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with fence(kubectl), own_namespace(kubectl) as own:
        platform = deploy(own, "plain")
        platform.until("Available")
        own("label", "namespace", own.namespace, *(f"{name}={value}" for name, value in LABELS.items()))
        wait_for_fence(own)
        yield platform


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "PLACING_SECONDS", PATIENCE)
    monkeypatch.setattr(failures, "PULLING_SECONDS", PATIENCE)


class Admitted:
    """The cluster, which changes what is made as an admission webhook does."""

    def __init__(self, cluster: Cluster, change: Change) -> None:
        self._cluster = cluster
        self._change = change

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a cluster has
        return getattr(self._cluster, name)

    async def create(self, built: Object) -> Object:
        self._change(built)
        return await self._cluster.create(built)


def unchanged(_: Object) -> None:
    """Take it as it is."""


def starved(built: Object) -> None:
    """Let workers have less memory than Python needs to load them."""
    if built["kind"] == JOB.kind and built["metadata"]["labels"]["app.kubernetes.io/component"] == WORKER:
        (container,) = built["spec"]["template"]["spec"]["containers"]
        container["resources"] = {"requests": {"memory": "32Mi"}, "limits": {"memory": "32Mi"}}


@asynccontextmanager
async def visitor(platform: Platform, image: str, change: Change) -> AsyncIterator[BenchmarkReconciler]:
    async with connected(platform) as cluster:
        admitted = Admitted(cluster, change)
        recorder = Recorder(cluster, instance="test")
        yield BenchmarkReconciler(admitted, recorder, image=image, operator_namespace=None)


async def end_of(benchmark: Benchmark, image: str = IMAGE, change: Change = unchanged) -> dict[str, Any]:
    """Visit a run until it is over and nothing of it runs any more, and return what its status says."""
    place = benchmark.kubectl.namespace
    async with visitor(Platform(benchmark.kubectl, "plain"), image, change) as reconciler:

        async def over() -> bool:
            visit = await reconciler.reconcile_benchmark(place, benchmark.name)
            return visit is not None and visit.observed.is_over

        await wait_until_async(over, what=f"the end of {benchmark.name}", timeout=RUN_SECONDS)
        benchmark.until_cleared()
    status = benchmark.status
    assert (status["phase"], status["verdict"], "loadTime" in status) == ("Finished", "Error", False)
    return status


async def test_a_generator_that_no_node_has_room_for_is_told(platform: Platform) -> None:
    platform.kubectl.apply(GREEDY)
    try:
        status = await end_of(Benchmark(platform.kubectl, "homeless", **SHORT))
    finally:
        platform.kubectl.delete("limitrange", "greedy")
    assert condition(status, "Stalled") == ("True", "Unschedulable")
    assert "ephemeral-storage" in status["reason"]


async def test_an_image_of_the_generator_that_nobody_has_is_named(platform: Platform) -> None:
    image = "telemetry/loadtest:nobody-has-it"
    status = await end_of(Benchmark(platform.kubectl, "faceless", **SHORT), image)
    assert condition(status, "Stalled") == ("True", "ImagePullFailed")
    assert image in status["reason"]


async def test_a_worker_that_is_killed_for_its_memory_is_told(platform: Platform) -> None:
    status = await end_of(Benchmark(platform.kubectl, "starved", **SHORT), change=starved)
    assert condition(status, "Stalled") == ("True", "OutOfMemory")
    assert status["reason"] == "a worker used more memory than its limit"
