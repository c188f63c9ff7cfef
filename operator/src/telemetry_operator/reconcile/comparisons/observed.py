"""What the API server knew of one comparison at one moment: everything that a visit of it decides from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telemetry_loadtest.comparison_results import CellRecord
from telemetry_operator.reconcile.subject import Subject
from telemetry_operator.resources.objects import Key, Object
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.comparison_status import ComparisonStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedComparison(Subject[ComparisonStatus]):
    """One comparison with all that belongs to it."""

    model: ArchitectureComparison | None
    """None where the models refuse it; `fault` says why."""
    fault: str = ""
    platforms: Mapping[str, Object] = field(default_factory=dict)
    """Its own TelemetryPlatforms by name: one at most, but for what is left of the cell before."""
    benchmarks: Mapping[str, Object] = field(default_factory=dict)
    records: Mapping[str, CellRecord] = field(default_factory=dict)
    """By the names of their cells."""
    kept: Mapping[Key, Object] = field(default_factory=dict)
    """The ConfigMaps that hold the records."""
    quota: Object | None = None
    """The one that bounds compared platforms in its namespace, whosever it is."""
    pods: tuple[Object, ...] = ()
    """Of the cell's platform and run."""
    claims: tuple[Object, ...] = ()
    """Volume claims of the cell's platform."""
