"""The operator's engine as a process of the test, against the real API server, which can be killed after any write."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tools.cluster.jobs import complete_jobs
from tools.cluster.kubectl import Object
from tools.cluster.release import Release

from telemetry_operator.cluster.client import Cluster, connect, load_configuration
from telemetry_operator.reconcile.plan import Visit
from telemetry_operator.reconcile.planning.generated_secrets import once_made
from telemetry_operator.reconcile.planning.visit import Surroundings
from telemetry_operator.reconcile.platform import Reconciler
from telemetry_operator.reconcile.reporting.report import Reporter
from telemetry_operator.resources.context import ReleaseImages
from telemetry_operator.resources.objects import Key
from tests.e2e.harness.platforms import Platform

MOST_VISITS: Final = 30
OWNED: Final = (
    "serviceaccounts,secrets,configmaps,services,deployments,statefulsets,jobs,horizontalpodautoscalers,"
    "poddisruptionbudgets,networkpolicies,ingresses"
)


class Killed(BaseException):
    """The operator's process ends here: nothing that it had in mind is done any more."""


class Engine:
    """One process of the operator: what it remembers is gone with it."""

    def __init__(self, cluster: Cluster, platform: Platform, *, last_write: int | None = None) -> None:
        reporter = Reporter(cluster, instance="test")
        surroundings = Surroundings(
            images=ReleaseImages(services="stub"), operator_namespace="default", entropy=secrets.token_bytes
        )
        self._reconciler = Reconciler(cluster, surroundings, reporter, after_write=self._after_write)
        self._platform = platform
        self._last_write = last_write
        self.writes = 0

    async def visit(self) -> Visit:
        visit = await self._reconciler.reconcile_platform(self._platform.kubectl.namespace, self._platform.name)
        assert visit is not None
        assert not visit.failures, visit.failures
        return visit

    async def converge(self) -> None:
        """Visit until nothing is left to do, while Jobs complete."""
        for _ in range(MOST_VISITS):
            visit = await self.visit()
            if visit.plan.is_settled:
                return
            complete_jobs(self._platform.kubectl, self._platform.selector)
        raise AssertionError("it does not come to an end")

    def _after_write(self, _: int) -> None:
        self.writes += 1
        if self.writes == self._last_write:
            raise Killed


def kill_operator(release: Release) -> None:
    """Take the cluster's operator away at once, as a node that is lost does; another one comes."""
    release.kubectl("delete", "pod", "--all", "--grace-period=0", "--force")


@asynccontextmanager
async def connected(platform: Platform) -> AsyncIterator[Cluster]:
    configuration = await load_configuration(context=platform.kubectl.context.name)
    async with connect(configuration) as cluster:
        yield cluster


def objects_of(platform: Platform) -> dict[Key, Object]:
    return {Key(it["kind"], it["metadata"]["name"]): it for it in platform.owned(OWNED)}


def made_once(platform: Platform) -> dict[Key, str]:
    """Versions of what is made once, as far as it is there: nobody writes it again."""
    kept = once_made(platform.model())
    return {key: it["metadata"]["resourceVersion"] for key, it in objects_of(platform).items() if key in kept}
