"""A failure of a pod or of what makes pods: the finding that pods and workloads are read into."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from telemetry_operator.reconcile.reasons import Reason

_NEVER: Final = "~"  # sorts after every time
_SEVERITY: Final = {reason: rank for rank, reason in enumerate(Reason)}
# Causes before what they cause: the services fail where a server does.
_ORDER: Final = ("postgres", "redis", "kafka", "prepare", "producer", "consumer", "analytics")


@dataclass(frozen=True, slots=True)
class PodFailure:
    """What goes wrong, with which component (or which pod of a builtin server), in the words of the one who knows."""

    reason: Reason
    component: str
    words: str
    since: str | None = field(default=None, compare=False)
    """When it began, as far as the cluster tells: what lasts is no chance any more."""

    @property
    def message(self) -> str:
        return f"{self.component}: {self.words}" if self.words else self.component


def sort_failures(failures: Iterable[PodFailure]) -> tuple[PodFailure, ...]:
    """Each once, worst first; among equals servers before services, so that the order is always the same.

    Of a failure that several pods share the oldest is kept.
    """
    by_age = sorted(failures, key=lambda failure: failure.since or _NEVER)
    return tuple(sorted(dict.fromkeys(by_age), key=_rank))


def _rank(failure: PodFailure) -> tuple[int, int, str, str]:
    place = next((at for at, name in enumerate(_ORDER) if failure.component.startswith(name)), len(_ORDER))
    return _SEVERITY[failure.reason], place, failure.component, failure.words
