"""Looking at a loaded platform's pods and autoscalers, which the operator may, and having the collector keep it.

The operator asks because it has the rights: it reads pods and autoscalers anyway, and needs `list` of the metrics API
beside; the programs' management ports let it in. The collector has no token of the API server. A look that fails costs
its figures, never the run.
"""

import asyncio
import time
from typing import Final

import structlog

from telemetry_operator.cluster.errors import ClusterError, ForbiddenError, NotFoundError
from telemetry_operator.cluster.kinds import POD_METRICS
from telemetry_operator.cluster.protocols import Reader
from telemetry_operator.reconcile.runs.collector import collector_address, have_kept
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.sampling import Seen, lines_of
from telemetry_operator.reconcile.runs.scraping import programs_among, scrape
from telemetry_operator.reconcile.runs.talking import SilentPodError
from telemetry_operator.resources.naming import MANAGED_BY, PLATFORM_LABEL
from telemetry_operator.resources.objects import AUTOSCALER, Object

log = structlog.get_logger(__name__)

NO_METRICS: Final = "the cluster has no metrics API (metrics.k8s.io)"
NO_RIGHT: Final = "the operator may not list pods.metrics.k8s.io"


async def watch_platform(cluster: Reader, observed: ObservedRun) -> None:
    """One look; told again at the next are the same figures until their source has new ones."""
    if observed.platform is None or collector_address(observed) is None:
        return
    try:
        programs = programs_among(observed.platform.model, observed.platform.pods)
        async with asyncio.TaskGroup() as looks:  # one that fails leaves none of the others behind
            seeing = looks.create_task(_look(cluster, observed))
            asking = looks.create_task(scrape(programs))
        await have_kept(observed, [*lines_of(seeing.result(), time.time_ns() // 1000), *asking.result()])
    except* (ClusterError, SilentPodError) as errors:
        log.debug("platform-not-watched", error=str(errors.exceptions[0]))


async def _look(cluster: Reader, observed: ObservedRun) -> Seen:
    assert observed.platform is not None  # noqa: S101 - asked by the caller
    namespace = observed.metadata["namespace"]
    labels = {**MANAGED_BY, PLATFORM_LABEL: observed.platform.model.metadata.name}
    (usage, why), autoscalers = await asyncio.gather(
        _usage(cluster, namespace, labels), cluster.list(AUTOSCALER, namespace, labels=labels)
    )
    return Seen(pods=observed.platform.pods, autoscalers=autoscalers, usage=usage, why=why)


async def _usage(cluster: Reader, namespace: str, labels: dict[str, str]) -> tuple[tuple[Object, ...] | None, str]:
    try:
        return await cluster.list(POD_METRICS, namespace, labels=labels), ""
    except NotFoundError:
        return None, NO_METRICS
    except ForbiddenError:
        return None, NO_RIGHT
    except ClusterError as error:
        return None, f"the metrics API does not answer: {error}"
