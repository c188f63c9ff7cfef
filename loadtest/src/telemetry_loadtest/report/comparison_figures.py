"""The plots of one profile: the number with its bounds, the intervals that compare, and what each variant cost."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes

from telemetry_loadtest.comparison_plan import PrimaryKind
from telemetry_loadtest.comparison_results import Comparison, ProfileJudgement
from telemetry_loadtest.comparison_rows import Row, center_of, rows_of
from telemetry_loadtest.report.comparison_tables import anchor, effect_over_best, group_of
from telemetry_loadtest.report.theme import COLOUR, Plot, drawing, to_svg
from telemetry_loadtest.report.words import number

_NAMES: Final = 112  # pixels for the variants' names
_NO_LEGEND: Final = 8  # pixels above the axes


class _Line(NamedTuple):
    """One variant's place in a plot: a value with its interval, in a role's colour."""

    name: str
    value: float
    low: float
    high: float
    role: str


def profile_plots(comparison: Comparison, judgement: ProfileJudgement) -> Iterator[Plot]:
    """Yield the plots that there is something to show in."""
    rows = [row for row in rows_of(comparison) if row.profile == judgement.profile]
    if any(row.standing for row in rows):
        yield _numbers(comparison, judgement, rows)
    if judgement.effects:
        yield _intervals(judgement)
    measures: tuple[tuple[str, str, Callable[[Row], float | None]], ...] = (
        ("Processor time", "s", lambda row: row.cpu),
        ("Memory", "MiB·s", lambda row: row.memory),
        ("Processes or pods", "instance·s", lambda row: row.instances),
    )
    for title, unit, of in measures:
        known = [(row, value) for row in rows if (value := of(row)) is not None]
        if known:
            yield _cost(title, unit, known, judgement.profile)


def _numbers(comparison: Comparison, judgement: ProfileJudgement, rows: Sequence[Row]) -> Plot:
    """Draw the primary number of each variant as a bar with its own interval, a ceiling's upper bounds beside it."""
    metric = judgement.metric
    lines = [
        _Line(row.variant, found.center, found.low or found.center, found.high or found.center, _role(row, judgement))
        for row in rows
        if (found := row.standing)
    ]
    refused = {line.name: _refused(comparison, judgement.profile, line.name) for line in lines}
    with drawing(_NAMES, _NO_LEGEND) as (figure, axes):
        for place, line in enumerate(lines):
            axes.barh(place, line.value, color=COLOUR[line.role], height=0.6)
            axes.plot([line.low, line.high], [place, place], color=COLOUR["ink"], linewidth=1.5)
            if (above := refused[line.name]) is not None:
                axes.plot(above, place, marker="|", markersize=12, color=COLOUR["bad"])
        _named(axes, [line.name for line in lines], f"{metric.name}, {metric.unit}")
        axes.set_xlim(left=0)
        svg = to_svg(figure, f"numbers-{anchor(judgement.profile)}")
    marks = " Red mark: the lowest rate that did not hold, on average." if any(refused.values()) else ""
    better = "More" if metric.more_is_better else "Less"
    says = f"Geometric mean over the blocks that count; line: its own interval.{marks} {better} is better."
    return Plot(f"{judgement.profile}: {metric.name}", says, svg)


def _refused(comparison: Comparison, profile: str, variant: str) -> float | None:
    """Return the lowest rate that did not hold, over all cells; None where no ceiling was looked for."""
    if comparison.plan.primary.kind is not PrimaryKind.CEILING:
        return None
    mine = [one for one in comparison.records if (one.profile, one.variant) == (profile, variant)]
    return center_of([one.ceiling_high for one in mine if one.value is not None and one.ceiling_high])


def _intervals(judgement: ProfileJudgement) -> Plot:
    """Draw each variant over the best of its group, with the interval that holds for all pairs together."""
    lines = [
        _Line(
            effect.first, 100 * effect.ratio, 100 * (effect.low or effect.ratio), 100 * (effect.high or effect.ratio),
            "bad" if effect.differs else "muted",
        )
        for group in judgement.groups
        for one in group.standings
        if (effect := effect_over_best(one.variant, judgement))
    ]  # fmt: skip
    with drawing(_NAMES, _NO_LEGEND) as (figure, axes):
        axes.axvline(100, color=COLOUR["good"], linewidth=1)
        for place, line in enumerate(lines):
            axes.plot([line.low, line.high], [place, place], color=COLOUR[line.role], linewidth=2)
            axes.plot(line.value, place, marker="o", markersize=6, color=COLOUR[line.role])
        _named(axes, [line.name for line in lines], "% of the best")
        svg = to_svg(figure, f"intervals-{anchor(judgement.profile)}")
    best = ", ".join(
        f"{group.standings[0].variant}{f' of {group.acknowledged_as}' if group.acknowledged_as else ''}"
        for group in judgement.groups
        if len(group.standings) > 1
    )
    ends = "" if judgement.blocks >= judgement.needed else " Too few blocks for an interval."
    says = f"100 % is the best mean ({best}). Red: shown to be behind; grey: not shown to differ.{ends}"
    return Plot(f"{judgement.profile}: over the best", says, svg)


def _cost(title: str, unit: str, known: Sequence[tuple[Row, float]], profile: str) -> Plot:
    with drawing(_NAMES, _NO_LEGEND) as (figure, axes):
        for place, (row, value) in enumerate(known):
            axes.barh(place, value, color=COLOUR["muted" if row.repeats else "series0"], height=0.6)
        _named(axes, [row.variant for row, _ in known], f"{unit} per 1,000 good requests")
        svg = to_svg(figure, f"cost-{anchor(profile)}-{title.split(maxsplit=1)[0].lower()}")
    least = min(known, key=lambda one: one[1])
    says = f"Per 1,000 good requests; the least is {least[0].variant}'s, {number(least[1])} {unit}. Not tested."
    return Plot(f"{profile}: {title.lower()}", says, svg)


def _role(row: Row, judgement: ProfileJudgement) -> str:
    group = group_of(row.variant, judgement)
    return "good" if group is not None and group.winner == row.variant else "series0"


def _named(axes: Axes, names: Sequence[str], label: str) -> None:
    """Write the variants' names at the side, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(label)
