"""A comparison for a person in a terminal: a table a profile, who won, what it cost, and what it does not show."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_loadtest.comparison_results import Comparison, Outcome, ProfileJudgement, RankedGroup, Standing
from telemetry_loadtest.comparison_rows import Row, rows_of
from telemetry_loadtest.report.words import NOTHING, number, share

_STYLES: Final = {Outcome.WINNER: "bold green", Outcome.NO_DIFFERENCE: "bold", Outcome.INSUFFICIENT: "bold yellow"}
_COST: Final = "CPU s, MiB s and processes s: taken for 1,000 good requests, backing services included."


def comparison_table(comparison: Comparison) -> RenderableType:
    rows = rows_of(comparison)
    parts: list[RenderableType] = []
    for judgement in comparison.judgements:
        parts.append(_profile(judgement, [row for row in rows if row.profile == judgement.profile]))
        parts += _outcomes(judgement)
        parts.append(Text())
    parts.append(Text(_COST, style="dim"))
    parts += [Text(line) for line in _noise(comparison)]
    parts += [Text(sentence.text, style="bold") for sentence in comparison.recommendation]
    parts += [Text(line, style="dim") for line in (*comparison.notes, *comparison.caveats)]
    return Group(*parts)


def _profile(judgement: ProfileJudgement, rows: Sequence[Row]) -> Table:
    metric = judgement.metric
    title = f"{judgement.profile}: {metric.name}, {metric.unit}, over {judgement.blocks} {_blocks(judgement.blocks)}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("variant", no_wrap=True)
    for name in ("mean", "interval", "good/s", "CPU s", "MiB s", "proc. s", "cells"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        cells = f"{row.cells}/{row.tried}"
        cost = (number(value) for value in (row.cpu, row.memory, row.instances))
        table.add_row(row.variant, *_value(row.standing), number(row.good), *cost, cells)
    return table


def _value(standing: Standing | None) -> tuple[str, str]:
    if standing is None:
        return NOTHING, NOTHING
    interval = f"{number(standing.low)} to {number(standing.high)}" if standing.low and standing.high else NOTHING
    return number(standing.center), interval


def _outcomes(judgement: ProfileJudgement) -> Iterator[Text]:
    """Who won in each group that may be ranked, and who is not in one."""
    if not judgement.groups:
        yield Text(f"{judgement.profile}: {Outcome.INSUFFICIENT}", style=_STYLES[Outcome.INSUFFICIENT])
    for group in judgement.groups:
        yield Text(f"{judgement.profile}{_kind(group)}: {_said(group, judgement)}", style=_STYLES[group.outcome])
    for variant, reason in judgement.left_out.items():
        yield Text(f"{variant} is left out: {reason}", style="yellow")


def _kind(group: RankedGroup) -> str:
    return f", where a write is {group.acknowledged_as}" if group.acknowledged_as else ""


def _said(group: RankedGroup, judgement: ProfileJudgement) -> str:
    if group.winner is not None:
        return f"{group.winner} wins"
    if group.outcome is Outcome.INSUFFICIENT:
        if len(group.standings) == 1:
            return f"{group.standings[0].variant} alone, with nobody to be ranked against"
        return f"{group.outcome} ({judgement.blocks} {_blocks(judgement.blocks)}; a win needs {judgement.needed})"
    return f"{group.outcome}{f': {group.doubt}' if group.doubt else ''}"


def _blocks(count: int) -> str:
    return "block" if count == 1 else "blocks"


def _noise(comparison: Comparison) -> Iterator[str]:
    for one in comparison.noise:
        yield (
            f"Noise, {one.profile}: {one.repeat}, which is {one.variant}, showed {number(one.ratio)} of its value over "
            f"{one.blocks} {_blocks(one.blocks)}; one cell varies by {share(one.cell)} within a block."
        )
