"""Whether a command goes on with a comparison that was ended before its end, or begins one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_loadtest.comparison_plan import ComparisonPlan
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.results import Machine
from telemetry_operator.benchmarks.comparing.kept import Begun, Kept, begin, last_of, name_comparison, new_token
from telemetry_operator.benchmarks.provenance import machine, now, versions
from telemetry_operator.comparisons.planning import MACHINE, plan_of
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.comparison import ArchitectureComparison

TOGETHER: Final = 3600.0  # seconds of rest within a block, after which it is another
ANEW: Final = "--anew begins another, and leaves that one as it is"


class ChangedError(PlatformError):
    """What was begun is not what is asked for now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A comparison as it is asked for now."""

    comparison: ArchitectureComparison
    text: str
    plan: ComparisonPlan

    @classmethod
    def of(cls, comparison: ArchitectureComparison, text: str) -> Self:
        """The comparison with its plan for this machine.

        Raises:
            PlanError: it could not end in an answer.
        """
        return cls(comparison, text, plan_of(comparison, MACHINE))

    @property
    def spec(self) -> dict[str, object]:
        return self.comparison.spec.model_dump(mode="json", by_alias=True)

    def begun(self) -> Begun:
        token = new_token()
        return Begun(
            run=name_comparison(self.comparison.metadata.name, token),
            token=token,
            began=now(),
            manifest=self.text,
            spec=self.spec,
            plan=self.plan,
            versions=versions(),
            machine=machine(),
        )


def open_comparison(wanted: Wanted, *, anew: bool) -> Kept:
    """The unfinished comparison of this name, or a new one.

    Raises:
        ChangedError: there is an unfinished one that had another manifest, release or machine.
    """
    found = None if anew else unfinished(wanted.comparison.metadata.name)
    if found is None:
        return begin(wanted.begun())
    refuse_change(found, wanted)
    return found


def unfinished(name: str) -> Kept | None:
    """The newest comparison of this name, where it is not at its end."""
    found = last_of(name)
    return None if found is None or found.finished else found


def refuse_change(kept: Kept, wanted: Wanted) -> None:
    """Refuse to go on with something else: its blocks would be of two comparisons.

    Raises:
        ChangedError: with what differs.
    """
    differing = list(differences(kept.begun, wanted, versions(), machine()))
    if differing:
        done = kept.total - len(kept.remaining())
        raise ChangedError(
            f"{kept.begun.run} is unfinished ({done} of {kept.total} cells), and was begun with {', '.join(differing)}",
            hint=f"go on with what it was begun with ({kept.root / 'begun.json'}); {ANEW}",
        )


def torn_apart(kept: Kept, now_seconds: float) -> list[CellRecord]:
    """The cells to run again: those that the next one was to stand close to, where they are too long ago for that.

    What a block did to its cells cancels only if they were had together; compared are those of one profile.
    """
    left = kept.remaining()
    together = [one for one in kept.records() if left and (one.block, one.profile) == (left[0].block, left[0].profile)]
    ends = [parse_time(one.ended) / MICROSECONDS_PER_SECOND for one in together if one.ended]
    return together if ends and now_seconds - max(ends) > TOGETHER else []


def differences(begun: Begun, wanted: Wanted, present: Mapping[str, str], here: Machine) -> Iterator[str]:
    """What is not as it was: fields of the spec, the release, the machine."""
    spec = wanted.spec
    fields = sorted(name for name in begun.spec.keys() | spec.keys() if begun.spec.get(name) != spec.get(name))
    if fields:
        yield f"another spec ({', '.join(fields)})"
    elif begun.plan != wanted.plan:
        yield "another plan"
    packages = sorted(name for name in begun.versions.keys() | present if begun.versions.get(name) != present.get(name))
    if packages:
        yield f"other versions ({', '.join(packages)})"
    if _lasting(begun.machine) != _lasting(here):
        yield "another machine"


def _lasting(here: Machine) -> Machine:
    return msgspec.structs.replace(here, load_before=None)
