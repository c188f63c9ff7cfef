"""What a benchmark and a comparison have in common: they begin, may be stopped by a person, and come to an end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar

from telemetry_operator.resources.objects import Object

STOP: Final = "telemetry.dev/stop"
"""Annotation by which a person ends it; its value is kept as the reason."""
FINISHED: Final = "Finished"
REFUSED: Final = "Refused"


class EndingStatus(Protocol):
    """The status of what comes to an end; the phases of each kind have these two words in common."""

    @property
    def phase(self) -> StrEnum | None: ...

    @property
    def observed_generation(self) -> int | None: ...


StatusT = TypeVar("StatusT", bound=EndingStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Generic[StatusT]):
    """The object that is visited, as the API server knew it."""

    subject: Object
    status: StatusT

    @property
    def metadata(self) -> dict[str, Any]:
        return dict(self.subject["metadata"])

    @property
    def leaving(self) -> bool:
        return "deletionTimestamp" in self.metadata

    @property
    def generation(self) -> int:
        return int(self.metadata.get("generation", 0))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do; a refusal is of one generation alone."""
        phase = self.status.phase
        return phase == FINISHED or (phase == REFUSED and self.status.observed_generation == self.generation)

    @property
    def stop(self) -> str | None:
        """Why a person wants it ended, in their words."""
        given = (self.metadata.get("annotations") or {}).get(STOP)
        return None if given is None else str(given).strip() or "no reason given"
