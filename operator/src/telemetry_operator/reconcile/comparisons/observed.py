"""What the API server knew of one comparison at one moment: everything that a visit of it decides from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telemetry_loadtest.comparison_results import CellRecord
from telemetry_operator.reconcile.runs.observed import STOP
from telemetry_operator.resources.objects import Key, Object
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.comparison_status import OVER, ComparisonStatus, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedComparison:
    """One comparison with all that belongs to it."""

    comparison: Object
    model: ArchitectureComparison | None
    """None where the models refuse it; `fault` says why."""
    fault: str = ""
    status: ComparisonStatus
    platforms: Mapping[str, Object] = field(default_factory=dict)
    """Its own TelemetryPlatforms by name: one at most, but for what is left of the cell before."""
    benchmarks: Mapping[str, Object] = field(default_factory=dict)
    records: Mapping[str, CellRecord] = field(default_factory=dict)
    """By the names of their cells."""
    kept: Mapping[Key, Object] = field(default_factory=dict)
    """The ConfigMaps that hold the records."""
    pods: tuple[Object, ...] = ()
    """Of the cell's platform and run."""
    claims: tuple[Object, ...] = ()
    """Volume claims of the cell's platform."""

    @property
    def metadata(self) -> dict[str, Any]:
        return dict(self.comparison["metadata"])

    @property
    def leaving(self) -> bool:
        return "deletionTimestamp" in self.metadata

    @property
    def generation(self) -> int:
        return int(self.metadata.get("generation", 0))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do; a refusal is of one generation alone."""
        refused = self.status.phase is Phase.REFUSED
        return self.status.phase in OVER and not (refused and self.status.observed_generation != self.generation)

    @property
    def stop(self) -> str | None:
        """Why a person wants it ended, in their words."""
        given = (self.metadata.get("annotations") or {}).get(STOP)
        return None if given is None else str(given).strip() or "no reason given"
