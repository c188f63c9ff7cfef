"""What two runs' comparison came to, as tables for a person and as plain values for a program."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_loadtest.comparison_changes import Changed, changes
from telemetry_loadtest.comparison_runs import (
    LEAST_SHARE,
    Change,
    Difference,
    IncomparableError,
    RunsDiffer,
    compare_runs,
)
from telemetry_loadtest.report.words import milliseconds, share
from telemetry_loadtest.results import Result
from telemetry_loadtest.statistics import ALPHA

__all__ = ["Answer", "IncomparableError", "difference"]

_STYLES: Final = {Change.WORSE: "bold red", Change.BETTER: "green", Change.UNKNOWN: "yellow"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was measured differently, and what else was not the same."""

    found: RunsDiffer
    beside: Sequence[Changed]

    @property
    def worse(self) -> bool:
        return self.found.conclusion is Change.WORSE

    @property
    def known(self) -> bool:
        return self.found.conclusion is not Change.UNKNOWN

    def plain(self) -> dict[str, object]:
        """Return the whole as JSON values; an interval without an end has null there."""
        return {
            "conclusion": self.found.conclusion.value,
            "blocks": self.found.blocks,
            "at_least": self.found.at_least,
            "differences": [_plain(one) for one in self.found.differences],
            "left_out": list(self.found.left_out),
            "changed": [one._asdict() for one in self.beside],
        }

    def tables(self) -> RenderableType:
        """Return what was different beside the load, every measure, and the answer with how it was found."""
        found = self.found
        parts: list[RenderableType] = [_changed_table(self.beside)] if self.beside else []
        parts += [
            _differences_table(found.differences),
            Text(found.conclusion, style=_STYLES.get(found.conclusion, "")),
        ]
        return Group(*parts, *(Text(line, style="dim") for line in _method(found)))


def difference(before: Result, after: Result, *, at_least: float) -> Answer:
    """Compare two runs.

    Raises:
        IncomparableError: they are not of one plan.
    """
    return Answer(compare_runs(before, after, at_least=at_least), changes(before, after))


def _changed_table(beside: Sequence[Changed]) -> Table:
    table = Table("", "before", "after", title="Not the same", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for one in beside:
        table.add_row(*map(Text, one))
    return table


def _differences_table(differences: Sequence[Difference]) -> Table:
    table = Table(title="Measured, in a typical second", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("measure", "before", "after", "change", "interval", "p"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    table.add_column("")
    for one in differences:
        value = milliseconds if one.relative else share
        cells = [one.name, value(one.before), value(one.after), _change(one), _interval(one), f"{one.p:.4f}"]
        table.add_row(*cells, Text(one.conclusion, style=_STYLES.get(one.conclusion, "")))
    return table


def _change(one: Difference) -> str:
    """Return per cent of the value before; of a share the difference, in points."""
    return f"{100 * one.change:+.1f} %" if one.relative else f"{100 * one.change:+.2f} pt"


def _interval(one: Difference) -> str:
    if math.isinf(one.high):
        return "–"
    digits = 1 if one.relative else 2
    return f"{100 * one.low:+.{digits}f} … {100 * one.high:+.{digits}f}"


def _method(found: RunsDiffer) -> list[str]:
    if not found.blocks:
        return ["Too few seconds behind the warm-up: nothing could be shown."]
    least = f"{share(found.at_least)} on (of a share: {100 * LEAST_SHARE:g} points)"
    lines = [
        f"Second by second, in {found.blocks} batches; p by sign flips, adjusted for all measures together.",
        f"A change counts from {least}, with p ≤ {ALPHA:g}.",
        "How much two runs of the same thing differ from day to day is not in two runs: compare in blocks to know it.",
    ]
    if found.left_out:
        lines.append(f"Too few answers to compare: {', '.join(found.left_out)}.")
    return lines


def _plain(one: Difference) -> dict[str, object]:
    plain = asdict(one) | {"conclusion": one.conclusion.value}
    return {name: None if isinstance(value, float) and math.isinf(value) else value for name, value in plain.items()}
