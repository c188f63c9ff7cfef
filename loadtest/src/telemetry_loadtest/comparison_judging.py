"""From a plan and its cells' records to the judged comparison: the rim of the statistics, where all becomes data again.

`comparison` judges cells by one number. Here repeats become the noise floor instead of rivals, a win that the noise
floor does not bear out is taken back, and every figure becomes a row that reports print and `comparison_words` cites.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from telemetry_loadtest.comparison import Cell, Group, Judgement, Pair, judge, noise_floors
from telemetry_loadtest.comparison_caveats import caveats
from telemetry_loadtest.comparison_plan import ComparisonPlan, Metric, cells_of
from telemetry_loadtest.comparison_results import (
    CellRecord,
    Comparison,
    ComparisonProvenance,
    Noise,
    Outcome,
    PairEffect,
    ProfileJudgement,
    RankedGroup,
    Standing,
)
from telemetry_loadtest.comparison_words import recommend
from telemetry_loadtest.statistics import Effect, intervals, minimum_blocks, sign_flips

_LEAST: Final = 2  # blocks in which noise shows


def assess(
    plan: ComparisonPlan, records: Sequence[CellRecord], provenance: ComparisonProvenance, *, notes: Sequence[str] = ()
) -> Comparison:
    """Judge what there is: all cells, or those of a comparison that ended early."""
    kept = in_order(plan, records)
    noise = list(noise_of(plan, kept))
    judgements = [_believed(one, noise) for one in judge_profiles(plan, kept)]
    return Comparison(
        provenance=provenance,
        plan=plan,
        records=kept,
        judgements=judgements,
        noise=noise,
        recommendation=recommend(plan, kept, judgements),
        caveats=list(caveats(plan, kept, provenance, noise)),
        notes=list(notes),
    )


def in_order(plan: ComparisonPlan, records: Sequence[CellRecord]) -> list[CellRecord]:
    """Return the records of the plan's cells in the order in which these were to run, the last one of each."""
    last = {one.name: one for one in records}
    return [last[cell.name] for cell in cells_of(plan) if cell.name in last]


def judge_profiles(plan: ComparisonPlan, records: Sequence[CellRecord]) -> list[ProfileJudgement]:
    """Judge each profile by itself; variants that repeat another are ranked by nobody."""
    metric = plan.primary.metric
    meaning = {variant.name: _acknowledges(variant.name, plan, records) for variant in plan.variants}
    cells = [
        Cell(one.variant, one.profile, one.block, one.value, meaning[one.variant], one.reason)
        for variant in plan.variants
        if variant.repeats is None
        for one in records
        if one.variant == variant.name
    ]
    found = {one.profile: one for one in judge(cells, metric, alpha=plan.alpha, seed=plan.seed)}
    nothing = {name: Judgement(name, [], {}, 0, plan.blocks_needed, {}) for name in plan.profiles}
    return [_told(judgement, cells, plan) for judgement in (nothing | found).values()]


def noise_of(plan: ComparisonPlan, records: Sequence[CellRecord]) -> Iterator[Noise]:
    """Yield what each variant that repeats another showed against it; those of one profile are tested together.

    One that has its number in fewer than half of the blocks is left out, so that it costs the others none of theirs.
    """
    for profile in plan.profiles:
        logs = {
            (one.variant, one.block): math.log(one.value) for one in records if one.profile == profile and one.value
        }
        found = {
            (variant.name, variant.repeats): {
                block: logs[variant.name, block] - logs[variant.repeats, block]
                for block in range(1, plan.blocks + 1)
                if (variant.name, block) in logs and (variant.repeats, block) in logs
            }
            for variant in plan.variants
            if variant.repeats
        }
        yield from _noise(
            profile, {pair: one for pair, one in found.items() if 2 * len(one) >= plan.blocks}, plan.alpha
        )


def _noise(profile: str, ratios: Mapping[Pair, Mapping[int, float]], alpha: float) -> Iterator[Noise]:
    """Yield the noise of repeats over what they repeat, in the blocks in which all of them have both numbers."""
    whole = sorted(set.intersection(*(set(one) for one in ratios.values()))) if ratios else []
    if len(whole) < _LEAST:
        return
    series = {pair: np.array([one[block] for block in whole]) for pair, one in ratios.items()}
    for (again, variant), found in noise_floors(series, alpha=alpha).items():
        yield Noise(
            variant,
            again,
            profile,
            blocks=len(whole),
            cell=found.cell,
            ratio=found.ratio,
            low=_end(found.low),
            high=_end(found.high),
            sound=found.sound if len(whole) >= minimum_blocks(alpha) else None,
        )


def _acknowledges(variant: str, plan: ComparisonPlan, records: Sequence[CellRecord]) -> str:
    """Return the weakest that a variant's acknowledgements meant in any of its runs."""
    kinds = {one.acknowledged_as for one in records if one.variant == variant}
    return "queued" if "queued" in kinds else plan.variant(variant).acknowledges


def _told(judgement: Judgement, cells: Sequence[Cell], plan: ComparisonPlan) -> ProfileJudgement:
    values = _values([cell for cell in cells if cell.profile == judgement.profile], judgement)
    return ProfileJudgement(
        profile=judgement.profile,
        metric=plan.primary.metric,
        blocks=judgement.blocks,
        needed=judgement.needed,
        groups=[_ranked(group, values, plan) for group in judgement.groups],
        effects=[_pair(pair, effect, plan.alpha) for pair, effect in judgement.effects.items()],
        left_out=dict(judgement.left_out),
    )


def _values(cells: Sequence[Cell], judgement: Judgement) -> dict[str, list[float]]:
    """Return the numbers of each judged variant in the blocks that count."""
    judged = {name for group in judgement.groups for name in group.centers}
    mine = [cell for cell in cells if cell.variant in judged and cell.value is not None]
    seen = [cell.block for cell in mine]
    whole = {block for block in seen if seen.count(block) == len(judged)}
    return {
        name: [cell.value for cell in mine if cell.variant == name and cell.block in whole and cell.value is not None]
        for name in judged
    }


def _ranked(group: Group, values: Mapping[str, Sequence[float]], plan: ComparisonPlan) -> RankedGroup:
    best_first = sorted(group.centers, key=lambda name: group.centers[name], reverse=plan.primary.metric.more_is_better)
    standings = [
        Standing(name, group.centers[name], *_interval(values[name], plan.alpha, plan.seed)) for name in best_first
    ]
    return RankedGroup(group.acknowledged_as, standings, group.outcome, group.winner)


def _interval(values: Sequence[float], alpha: float, seed: int) -> tuple[float | None, float | None]:
    """Return the ends of one geometric mean's own interval, by the same sign flips."""
    data = np.log(np.asarray(values, dtype=np.float64))[:, None]
    low, high = intervals(sign_flips(len(values), seed=seed), data, alpha)
    return _end(math.exp(low[0])), _end(math.exp(high[0]))


def _pair(pair: tuple[str, str], effect: Effect, alpha: float) -> PairEffect:
    ratio, low, high = effect.ratio
    return PairEffect(*pair, ratio, _end(low), _end(high), effect.p, differs=effect.p <= alpha)


def _end(value: float) -> float | None:
    """Return an interval's end, None where there is none."""
    return value if 0 < value < math.inf else None


def _believed(judgement: ProfileJudgement, noise: Sequence[Noise]) -> ProfileJudgement:
    """Take back each win that is no greater than what a variant showed against itself in this profile."""
    mine = [one for one in noise if one.profile == judgement.profile]
    groups = [_doubted(group, judgement, mine) for group in judgement.groups]
    return msgspec.structs.replace(judgement, groups=groups)


def _doubted(group: RankedGroup, judgement: ProfileJudgement, noise: Sequence[Noise]) -> RankedGroup:
    if group.winner is None:
        return group
    doubt = _doubt(group.standings[0].center / group.standings[1].center, judgement.metric, noise)
    if not doubt:
        return group
    return msgspec.structs.replace(group, outcome=Outcome.NO_DIFFERENCE, winner=None, doubt=doubt)


def _doubt(ratio: float, metric: Metric, noise: Sequence[Noise]) -> str:
    for one in noise:
        if one.sound is False:
            return (
                f"{one.repeat}, which is {one.variant}, differed from it by {abs(one.ratio - 1):.0%}: the order of the "
                f"cells or a drift makes differences of {metric.name}"
            )
        if one.low and one.high and abs(math.log(ratio)) <= max(-math.log(one.low), math.log(one.high)):
            return (
                f"the lead of {abs(ratio - 1):.1%} is no greater than what {one.variant} shows against itself "
                f"({one.low - 1:+.1%} to {one.high - 1:+.1%})"
            )
    return ""
