"""One visit of a TelemetryPlatform, as a table of contents.

A visit decides everything anew from what it observes, so it may end anywhere: the next carries on from what is there.
"""

from dataclasses import replace
from typing import Protocol

from telemetry_operator.cluster.protocols import Writer
from telemetry_operator.reconcile.apply import AfterWrite, Applier
from telemetry_operator.reconcile.observe import observe_platform
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Plan, Visit
from telemetry_operator.reconcile.planning.visit import Surroundings, plan_visit


class Reporter(Protocol):
    """Proves a platform, and says how it is; see `report.Reporter`."""

    async def report(self, visit: Visit) -> float | None: ...


class Reconciler:
    """Visits platforms, any number of different ones at a time."""

    def __init__(
        self,
        cluster: Writer,
        surroundings: Surroundings,
        reporter: Reporter,
        *,
        after_write: AfterWrite | None = None,
    ) -> None:
        self._cluster = cluster
        self._surroundings = surroundings
        self._reporter = reporter
        self._applier = Applier(cluster, after_write=after_write)

    async def reconcile_platform(self, namespace: str, name: str) -> Visit | None:
        """What was seen, decided and done; None where there is no such platform.

        Raises:
            ClusterError: the API server could not be asked, or did not take the status.
        """
        looked = await self._look(namespace, name, recent=True)
        if looked is not None and looked[1].is_weighty:
            looked = await self._look(namespace, name, recent=False)
        if looked is None:
            return None
        observed, plan = looked
        done, failures = await self._applier.apply(plan)
        visit = Visit(observed=observed, plan=plan, done=done, failures=failures)
        looks = (plan.look_again_seconds, await self._reporter.report(visit))
        return replace(visit, again_seconds=min((look for look in looks if look is not None), default=None))

    async def _look(self, namespace: str, name: str, *, recent: bool) -> tuple[Observed, Plan] | None:
        observed = await observe_platform(self._cluster, namespace, name, recent=recent)
        return (observed, plan_visit(observed, self._surroundings)) if observed else None
