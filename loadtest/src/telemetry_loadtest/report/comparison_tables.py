"""A comparison's tables: a row a variant for each profile, all pairs, the noise floor, every cell, and provenance."""

from collections.abc import Iterator, Sequence
from typing import Final

from telemetry_loadtest.comparison_results import (
    CellRecord,
    Comparison,
    Noise,
    PairEffect,
    ProfileJudgement,
    RankedGroup,
)
from telemetry_loadtest.comparison_rows import Row, rows_of
from telemetry_loadtest.report.tables import Link, Table
from telemetry_loadtest.report.words import NOTHING, milliseconds, number, rate

_P_DIGITS: Final = 4


def profile_table(comparison: Comparison, judgement: ProfileJudgement) -> Table:
    """Return one profile's rows, best first in each group, then who is ranked by nobody."""
    metric = judgement.metric
    rows = {row.variant: row for row in rows_of(comparison) if row.profile == judgement.profile}
    placed = [one.variant for group in judgement.groups for one in group.standings]
    ordered = [rows[name] for name in [*placed, *(name for name in rows if name not in placed)]]
    columns = [
        "variant", "shown", f"{metric.name}, {metric.unit}", "interval", "over the best", "cells", "good", "p50", "p95",
        "p99", "freshness p99", "lag", "CPU s", "MiB·s", "instance·s",
    ]  # fmt: skip
    return Table(
        judgement.profile,
        columns,
        [_profile_row(row, judgement) for row in ordered],
        _profile_note(comparison, judgement),
        range(2, 15),
        anchors=[anchor(row.name) for row in ordered],
    )


def _profile_row(row: Row, judgement: ProfileJudgement) -> list[str]:
    standing = row.standing
    return [
        row.variant,
        shown(row, judgement),
        number(row.center),
        interval(standing.low, standing.high) if standing else NOTHING,
        _over_the_best(row.variant, judgement),
        Link(f"{row.cells} of {row.tried}", f"cells-{anchor(row.name)}") if row.tried else NOTHING,
        rate(row.good),
        *(number(value) for value in (row.latency.p50, row.latency.p95, row.latency.p99)),
        milliseconds(row.freshness),
        number(row.lag),
        *(_cost(value, row) for value in (row.cpu, row.memory, row.instances)),
    ]


def _profile_note(comparison: Comparison, judgement: ProfileJudgement) -> str:
    endpoint = comparison.plan.primary.endpoint or "all endpoints together"
    return (
        f"{judgement.blocks} of {comparison.plan.blocks} blocks count; a win needs {judgement.needed}. "
        f"{judgement.metric.name} is the geometric mean over them with an interval of its own; “over the best” holds "
        f"for all pairs together, and only it compares. Latencies (ms) are of {endpoint}; they, lag (records) and cost "
        "(per 1,000 good requests) are means over the cells, and not tested."
    )


def group_of(variant: str, judgement: ProfileJudgement) -> RankedGroup | None:
    return next((one for one in judgement.groups if variant in {found.variant for found in one.standings}), None)


def effect_over_best(variant: str, judgement: ProfileJudgement) -> PairEffect | None:
    """Return the variant over the best of its group; None for the best itself and where nothing was compared."""
    group = group_of(variant, judgement)
    if group is None or group.standings[0].variant == variant:
        return None
    best = group.standings[0].variant
    found = next((one for one in judgement.effects if {one.first, one.second} == {variant, best}), None)
    return found if found is None or found.first == variant else found.turned


def shown(row: Row, judgement: ProfileJudgement) -> str:
    """Return what the statistics say of a variant, in a word or two."""
    group = group_of(row.variant, judgement)
    if row.repeats:
        return f"repeats {row.repeats}"
    if group is None:
        return "left out"
    among = f"{group.acknowledged_as}: " if group.acknowledged_as else ""
    if group.winner == row.variant:
        return f"{among}winner"
    if judgement.blocks < judgement.needed:
        return f"{among}insufficient data"
    effect = effect_over_best(row.variant, judgement)
    if effect is not None and effect.differs and not group.doubt:
        return f"{among}behind {effect.second}"
    return f"{among}undecided" if len(group.standings) > 1 else f"{among}alone"


def _over_the_best(variant: str, judgement: ProfileJudgement) -> str:
    effect = effect_over_best(variant, judgement)
    if effect is None:
        return "1" if group_of(variant, judgement) else NOTHING
    return f"{number(effect.ratio)} ({interval(effect.low, effect.high)})"


def interval(low: float | None, high: float | None) -> str:
    return NOTHING if low is None and high is None else f"{number(low)} to {number(high)}"


def anchor(name: str) -> str:
    """Return an id of the page for a row's or cell's name."""
    return name.replace("/", "-")


def detail_tables(comparison: Comparison) -> Iterator[Table]:
    failed = [one for one in comparison.records if one.value is None]
    if failed:
        yield Table(
            "Cells without a number",
            ["cell", "verdict", "why"],
            [[Link(one.name, one.name), one.verdict.value, one.reason] for one in failed],
            "A block counts for a profile where all that is ranked has its number.",
            range(0),
        )
    if comparison.noise:
        yield _noise(comparison.noise)
    yield _pairs(comparison.judgements)
    yield provenance_table(comparison)
    yield _cells(comparison)


def _cost(value: float | None, row: Row) -> str:
    """Return a cost; of cells that have their number, and whose cost was not measured, that it was not."""
    return "unavailable" if value is None and row.cells else number(value)


def _noise(noise: Sequence[Noise]) -> Table:
    verdict = {True: "yes", False: "NO", None: "too few blocks"}
    rows = [
        [
            f"{one.repeat} over {one.variant}", one.profile, verdict[one.sound], number(one.ratio),
            interval(one.low, one.high), f"{100 * one.cell:.1f} %", str(one.blocks),
        ]
        for one in noise
    ]  # fmt: skip
    note = (
        "The same architecture, run twice in each block. Sound: it does not differ from itself. A lead that lies "
        "within the interval is nobody's win. Noise: the standard deviation of one cell within a block."
    )
    columns = ["the same", "profile", "sound", "ratio", "interval", "noise of a cell", "blocks"]
    return Table("Noise floor", columns, rows, note, range(3, 7))


def _pairs(judgements: Sequence[ProfileJudgement]) -> Table:
    rows = [
        [
            found.profile, one.first, one.second, number(one.ratio), interval(one.low, one.high),
            f"{one.p:.{_P_DIGITS}f}", "yes" if one.differs else "no",
        ]
        for found in judgements
        for one in found.effects
    ]  # fmt: skip
    note = (
        "Ratios of the first over the second, paired by block. p by flipping the signs of whole blocks, adjusted for "
        "all pairs of a profile; the intervals hold for them together."
    )
    return Table(
        "All pairs", ["profile", "first", "second", "ratio", "interval", "p", "differs"], rows, note, range(3, 6)
    )


def _cells(comparison: Comparison) -> Table:
    """Return every cell, those of one row together; each has its name as an anchor, the first of a row another."""
    order = {one.name: place for place, one in enumerate(comparison.plan.variants)}
    found = sorted(comparison.records, key=lambda one: (one.profile, order[one.variant], one.block))
    rows = [
        [
            one.name, one.verdict.value, number(one.value), rate(one.offered), rate(one.good),
            number(one.latencies["all"].p95 if "all" in one.latencies else None), milliseconds(one.freshness_p99),
            _between(one), one.began or NOTHING, one.run or NOTHING,
        ]
        for one in found
    ]  # fmt: skip
    columns = [
        "cell", "verdict", comparison.plan.primary.metric.name, "offered", "good", "p95, ms", "freshness p99",
        "ceiling held, did not", "began", "run",
    ]  # fmt: skip
    note = (
        "Blocks count from 1. The whole result of a cell, where it was kept, is runs/CELL.json beside the comparison: "
        "“telemetryctl report” takes it."
    )
    return Table("Cells", columns, rows, note, range(2, 8), anchors=[one.name for one in found], groups=_groups(found))


def _groups(records: Sequence[CellRecord]) -> list[str]:
    """Return for each cell the anchor of its row's cells where it is the first of them, otherwise nothing."""
    seen: set[str] = set()
    found = []
    for one in records:
        name = f"cells-{one.profile}-{one.variant}"
        found.append("" if name in seen else name)
        seen.add(name)
    return found


def _between(record: CellRecord) -> str:
    if record.ceiling_low is None and record.ceiling_high is None:
        return NOTHING
    return f"{number(record.ceiling_low)}, {number(record.ceiling_high)}"


def provenance_table(comparison: Comparison) -> Table:
    provenance, machine = comparison.provenance, comparison.provenance.machine
    rows = [
        ["comparison", provenance.run],
        ["began, ended", f"{provenance.began}, {provenance.ended}"],
        ["seed", str(comparison.plan.seed)],
        ["where", "one machine" if provenance.place == "machine" else f"a cluster of {provenance.nodes or '?'} nodes"],
    ]
    if machine is not None:
        memory = round(machine.memory_bytes / 2**30)
        rows += [
            ["machine", f"{machine.system}, {machine.processor}, {machine.cores} cores, {memory} GiB"],
            ["load before", number(machine.load_before)],
        ]
    for name, values in (
        ("limits", provenance.limits),
        ("images", provenance.images),
        ("versions", provenance.versions),
    ):
        if values:
            rows.append([name, ", ".join(f"{one} {value}" for one, value in values.items())])
    return Table("Provenance", ["", ""], rows, "", range(0))
