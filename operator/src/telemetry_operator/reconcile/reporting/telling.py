"""Writing the status of a benchmark or of a comparison, with the Events that go with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from telemetry_operator.cluster.errors import NotFoundError
from telemetry_operator.cluster.protocols import StatusWriter
from telemetry_operator.reconcile.reporting.notices import Notice
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.reporting.status import is_changed
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.status import Condition, ConditionStatus, ConditionType, StatusModel


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes statuses, and Events."""

    cluster: StatusWriter
    recorder: Recorder

    async def tell(self, subject: Object, status: StatusModel, notices: Iterable[Notice], now: int) -> None:
        """Write a status that says anything new, and then Events; of a subject that is gone, nothing."""
        new = status.model_dump(mode="json", by_alias=True, exclude_none=True)
        if not is_changed(subject.get("status") or {}, new):
            return
        try:
            await self.cluster.patch_status(subject, new)
        except NotFoundError:
            return
        await self.recorder.record(subject, notices, now)


def notice_of_phase(conditions: Iterable[Condition], reasons: type[StrEnum]) -> Notice:
    """What an Event says of a phase that has begun: what Ready says; a warning where something fails."""
    told = {it.type: it for it in conditions}
    ready, degraded = told[ConditionType.READY], told[ConditionType.DEGRADED]
    return Notice(reasons(ready.reason), ready.message, is_warning=degraded.status is ConditionStatus.TRUE)
