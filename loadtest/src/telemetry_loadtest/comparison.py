"""Several variants, several profiles, several blocks: who wins, or why nobody is said to.

Each cell is one run of one variant under one profile in one block; what is compared is one number of it, declared
before the run (`Metric`). Per profile all pairs are tested together (`statistics`), on the blocks in which all
variants have their number. Writes acknowledged as stored are never ranked against writes acknowledged as queued by a
number that counts until the acknowledgement: such pairs are not made.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import geometric_mean
from typing import Final, TypeAlias

import numpy as np

from telemetry_loadtest.comparison_plan import Metric
from telemetry_loadtest.comparison_results import Outcome
from telemetry_loadtest.statistics import ALPHA, Array, Effect, JointTest, joint_test, log_ratios, minimum_blocks

Pair: TypeAlias = tuple[str, str]

_MISSING: Final = 0.5  # a variant without its number in more of the blocks is left out


@dataclass(frozen=True, slots=True)
class Cell:
    """One run: its number, or None and the reason; `acknowledged_as` is what its writes' acknowledgement meant."""

    variant: str
    profile: str
    block: int
    value: float | None
    acknowledged_as: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Variants of one profile that may be ranked against one another; `centers` are geometric means over the blocks."""

    acknowledged_as: str | None
    centers: Mapping[str, float]
    outcome: Outcome
    winner: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One profile. `needed` is how many blocks a win takes at the least; `left_out` says who and why."""

    profile: str
    groups: Sequence[Group]
    effects: Mapping[Pair, Effect]
    blocks: int
    needed: int
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """What comparing a variant with itself showed: no difference smaller than this interval's is to be believed.

    `cell` is the standard deviation of one cell's log value within a block, for plans (`statistics_power`); `ratio`,
    `low` and `high` are of the second time over the first. `sound` is False where these differ: then the order of
    cells, or a drift, makes differences, and no comparison of these blocks can be trusted.
    """

    cell: float
    ratio: float
    low: float
    high: float
    sound: bool


def judge(
    cells: Iterable[Cell], metric: Metric, *, alpha: float = ALPHA, seed: int = 1, ends: bool = True
) -> list[Judgement]:
    """Judge every profile by itself, in the order in which they come; `ends` as in `joint_test`."""
    profiles: dict[str, list[Cell]] = {}
    for cell in cells:
        profiles.setdefault(cell.profile, []).append(cell)
    test = partial(joint_test, alpha=alpha, seed=seed, ends=ends)
    return [_judge_profile(name, found, metric, alpha, test) for name, found in profiles.items()]


def noise_floors(ratios: Mapping[Pair, Array], *, alpha: float = ALPHA) -> dict[Pair, NoiseFloor]:
    """Compare variants with themselves, all together: of each its log-ratios, with a value a block.

    Raises:
        ValueError: there are fewer than two blocks.
    """
    test = joint_test(ratios, alpha=alpha)
    if test.blocks < 2:  # noqa: PLR2004 - one value has no spread
        raise ValueError(f"{test.blocks} blocks were given; noise shows from 2 on")
    return {
        pair: NoiseFloor(
            cell=float(np.std(ratios[pair], ddof=1)) / math.sqrt(2),
            ratio=math.exp(effect.estimate),
            low=math.exp(effect.low),
            high=math.exp(effect.high),
            sound=effect.p > alpha,
        )
        for pair, effect in test.effects.items()
    }


def _judge_profile(
    profile: str, cells: Sequence[Cell], metric: Metric, alpha: float, run: Callable[[Mapping[Pair, Array]], JointTest]
) -> Judgement:
    left_out = _left_out(cells)
    series = _complete_blocks([cell for cell in cells if cell.variant not in left_out])
    blocks = len(next(iter(series.values()), ()))
    meaning = {cell.variant: cell.acknowledged_as if metric.of_acknowledgement else None for cell in cells}
    ratios = {pair: one for pair, one in log_ratios(series).items() if meaning[pair[0]] == meaning[pair[1]]}
    test = run(ratios) if blocks and ratios else JointTest({}, blocks, alpha, exact=True)
    groups = [
        _group(kind, [variant for variant in series if meaning[variant] == kind], series, test, metric)
        for kind in dict.fromkeys(meaning[variant] for variant in series)
    ]
    return Judgement(profile, groups, test.effects, blocks, minimum_blocks(alpha), left_out)


def _left_out(cells: Sequence[Cell]) -> dict[str, str]:
    """Return the variants that have no number in more than half of the blocks, with their most frequent reason."""
    blocks = len({cell.block for cell in cells})
    found: dict[str, str] = {}
    for variant in dict.fromkeys(cell.variant for cell in cells):
        mine = [cell for cell in cells if cell.variant == variant]
        missing = blocks - sum(cell.value is not None for cell in mine)
        if missing > _MISSING * blocks:
            reason, _ = Counter(cell.reason or "not run" for cell in mine if cell.value is None).most_common(1)[0]
            found[variant] = f"no number in {missing} of {blocks} blocks: {reason}"
    return found


def _complete_blocks(cells: Sequence[Cell]) -> dict[str, list[float]]:
    """Return the numbers of each variant in the blocks in which all of them have one."""
    numbers = {(cell.variant, cell.block): cell.value for cell in cells if cell.value is not None}
    variants = list(dict.fromkeys(cell.variant for cell in cells))
    blocks = sorted({cell.block for cell in cells})
    whole = [block for block in blocks if all((variant, block) in numbers for variant in variants)]
    return {variant: [numbers[variant, block] for block in whole] for variant in variants}


def _group(
    kind: str | None, variants: Sequence[str], series: Mapping[str, Sequence[float]], test: JointTest, metric: Metric
) -> Group:
    centers = {variant: geometric_mean(series[variant]) for variant in variants if series[variant]}
    if len(centers) < 2 or not test.sufficient:  # noqa: PLR2004 - a comparison takes two
        return Group(kind, centers, Outcome.INSUFFICIENT, None)
    best = (max if metric.more_is_better else min)(centers, key=lambda variant: centers[variant])
    beaten = [pair for pair in test.effects if best in pair and test.differs(pair)]
    won = len(beaten) == len(centers) - 1
    return Group(kind, centers, Outcome.WINNER if won else Outcome.NO_DIFFERENCE, best if won else None)
