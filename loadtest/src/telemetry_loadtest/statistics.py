"""Whether variants differ, told from paired blocks: joint sign-flip tests and simultaneous intervals.

A block is one interleaved repetition: every variant ran once, shortly after one another, on the same machine. What
the block did to all of them alike (the day, the machine, a neighbour) cancels in the log-ratio of two of its cells.
If two variants do not differ, the sign of their log-ratio was a matter of chance: flipping the signs of whole blocks
gives data as likely as those seen (Fisher 1935), and no distribution has to be assumed. All pairs are flipped
together and each is judged by the largest statistic of any (max-T: Westfall & Young 1993, *Resampling-Based Multiple
Testing*), so that the chance of one false win among all pairs is at most alpha, also where some pairs do differ
(Romano & Wolf 2005, *JASA* 100, 94-108). What is assumed: noise of several variants is alike within a block. Skewed
noise and blocks of any difference are allowed for: `tests/unit/loadtest/test_statistics.py` proves it by simulation.

`statistics_power` plans with this test, `statistics_series` makes blocks of one run's windows, `comparison` asks it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]

ALPHA: Final = 0.05
EXACT_BLOCKS: Final = 13  # 4,096 distinct flips; beyond, as many are drawn
DRAWS: Final = 4_095  # with the data as they are 4,096
_TIE: Final = 1e-9  # equal in mathematics, unequal in the last bits
_STEPS: Final = 40  # of bisection: the interval's ends to 1e-12 of its width
_FAR: Final = 40  # doublings of the standard error after which an interval has no end


@dataclass(frozen=True, slots=True)
class Effect:
    """One pair: the mean log-ratio (first over second), its simultaneous interval, and its adjusted p."""

    estimate: float
    low: float
    high: float
    p: float

    @property
    def ratio(self) -> tuple[float, float, float]:
        """Estimate, low, high as ratios; an interval without end goes from 0 to infinity."""
        return math.exp(self.estimate), math.exp(self.low), math.exp(self.high)


@dataclass(frozen=True, slots=True)
class JointTest:
    """All pairs of one metric, tested together. `exact`: every flip was tried, otherwise drawn with a seed."""

    effects: Mapping[tuple[str, str], Effect]
    blocks: int
    alpha: float
    exact: bool

    @property
    def sufficient(self) -> bool:
        """Whether these blocks could have shown a difference at all."""
        return least_p(self.blocks) <= self.alpha

    def differs(self, pair: tuple[str, str]) -> bool:
        return self.effects[pair].p <= self.alpha


def least_p(blocks: int) -> float:
    """Return the smallest p that so many blocks can give: the data and their mirror image, of 2ⁿ flips."""
    return 2.0 ** (1 - blocks) if blocks else 1.0


def minimum_blocks(alpha: float = ALPHA) -> int:
    """Return how many blocks a difference needs at the least; with fewer the answer is "insufficient data".

    Raises:
        ValueError: alpha is not strictly between 0 and 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; it must lie between 0 and 1")
    return math.ceil(1 - math.log2(alpha))


def log_ratios(values: Mapping[str, Sequence[float]]) -> dict[tuple[str, str], Array]:
    """Pair every two variants: per block the log of the first's value over the second's.

    Raises:
        ValueError: a value is not above zero, or the variants have not the same number of blocks.
    """
    logs = {name: np.log(_positive(name, series)) for name, series in values.items()}
    if len({len(series) for series in logs.values()}) > 1:
        raise ValueError(f"variants have {', '.join(f'{name} {len(one)}' for name, one in logs.items())} blocks")
    return {(first, second): logs[first] - logs[second] for first, second in combinations(logs, 2)}


def joint_test(
    ratios: Mapping[tuple[str, str], Array], *, alpha: float = ALPHA, seed: int = 1, ends: bool = True
) -> JointTest:
    """Test all pairs of log-ratios together, each a series with one value a block.

    Without `ends` the intervals have none: they take far longer than the test, and a simulation does not look at them.
    """
    data = np.stack(list(ratios.values()), axis=1) if ratios else np.zeros((0, 0))
    blocks = data.shape[0]
    flips = sign_flips(blocks, seed=seed)
    p_values = adjusted_p(flips, data)
    found = intervals(flips, data, alpha) if ends else endless(data.shape[1])
    effects = {
        pair: Effect(float(mean), float(low), float(high), float(p))
        for pair, mean, (low, high), p in zip(
            ratios, data.mean(axis=0), zip(*found, strict=True), p_values, strict=True
        )
    }
    return JointTest(effects, blocks, alpha, exact=blocks <= EXACT_BLOCKS)


def sign_flips(blocks: int, *, seed: int = 1) -> Array:
    """Return the flips to try, a row each, the data as they are first (all +1).

    Few blocks: all 2ⁿ⁻¹ that differ in the statistic (a flip and its mirror image do not). Many: a seeded draw; the
    first row stands for the data themselves, which makes p = (b + 1) / (m + 1), never 0 (Phipson & Smyth 2010,
    *Stat. Appl. Genet. Mol. Biol.* 9, 39).
    """
    if blocks <= EXACT_BLOCKS:
        numbers = np.arange(2 ** max(blocks - 1, 0))[:, None]
        bits = numbers >> np.arange(blocks)[None, :] & 1
        return np.asarray(1 - 2 * bits, dtype=np.float64)
    drawn = np.random.default_rng(seed).integers(0, 2, size=(DRAWS, blocks))
    return np.vstack([np.ones(blocks), 1.0 - 2.0 * drawn])


def cosines(flips: Array, data: Array) -> Array:
    """Return the statistic of every flip and pair: flips × blocks, … × blocks × pairs → … × flips × pairs.

    It is |Σ±d| / √(nΣd²), the cosine between signs and data: the same order as Student's |t|, which is
    √((n−1)c²/(1−c²)) for every pair alike, without a division by a spread of zero.
    """
    length = np.sqrt(data.shape[-2] * (data**2).sum(axis=-2, keepdims=True))
    sums = np.abs(np.matmul(flips, data))
    found: Array = np.divide(sums, length, out=np.zeros_like(sums), where=length > 0)
    return found


def adjusted_p(flips: Array, data: Array) -> Array:
    """Return p of each pair, adjusted for all that are tested: … × blocks × pairs → … × pairs."""
    own = cosines(flips, data)
    return _share_at_least(own, own.max(axis=-1, keepdims=True, initial=0))


def intervals(flips: Array, data: Array, alpha: float) -> tuple[Array, Array]:
    """Return the ends of the simultaneous intervals: all shifts of a pair that its own test does not refuse.

    An interval leaves out 0 exactly where the adjusted p is at most alpha. It has no ends where the blocks are too few.
    The other pairs stay as they were found, so where they differ greatly all intervals together hold the truth a
    little less often than they say: 93 to 96 % of the time in simulation.
    """
    blocks, pairs = data.shape
    if blocks == 0 or least_p(blocks) > alpha:
        return endless(pairs)
    mean = data.mean(axis=0)
    inverted = _Inversion(flips, data)
    return mean - inverted.reach(-1, alpha), mean + inverted.reach(1, alpha)


def endless(pairs: int) -> tuple[Array, Array]:
    """Return intervals that say nothing."""
    return np.full(pairs, -np.inf), np.full(pairs, np.inf)


class _Inversion:
    """The test of every pair at any shift of its data, the other pairs left where they are."""

    def __init__(self, flips: Array, data: Array) -> None:
        self._flips_mean = flips.mean(axis=1)[:, None]
        self._mean = data.mean(axis=0)
        self._square = (data**2).mean(axis=0)
        self._flipped = flips @ data / len(data)
        self._others = _largest_of_others(cosines(flips, data))
        self._scale = np.maximum(data.std(axis=0), 1e-12)

    def reach(self, side: int, alpha: float) -> Array:
        """Return how far from the mean, to one side, the test first refuses; infinite where it never does."""
        far = self._scale.copy()
        for _ in range(_FAR):
            kept = self._p(side * far) > alpha
            if not kept.any():
                break
            far[kept] *= 2
        endless = self._p(side * far) > alpha
        near = np.zeros_like(far)
        for _ in range(_STEPS):
            middle = (near + far) / 2
            kept = self._p(side * middle) > alpha
            near, far = np.where(kept, middle, near), np.where(kept, far, middle)
        return np.where(endless, np.inf, far)

    def _p(self, distance: Array) -> Array:
        """Return the adjusted p of each pair, were its true log-ratio this far from its mean."""
        shift = self._mean + distance
        square = np.maximum(self._square - 2 * shift * self._mean + shift**2, 1e-300)
        own = np.abs(self._flipped - shift * self._flips_mean) / np.sqrt(square)
        return _share_at_least(own, self._others)


def _share_at_least(own: Array, others: Array) -> Array:
    """Return the share of flips whose largest statistic is at least that of the data as they are (the first flip)."""
    return np.asarray((np.maximum(own, others) >= own[..., :1, :] - _TIE).mean(axis=-2))


def _largest_of_others(found: Array) -> Array:
    """Return for each flip and pair the largest statistic of the other pairs."""
    pairs = found.shape[1]
    if pairs == 1:
        return np.zeros_like(found)
    two = np.partition(found, pairs - 2, axis=1)[:, -2:]
    is_first = np.arange(pairs) == found.argmax(axis=1)[:, None]
    return np.where(is_first, two[:, :1], two[:, 1:])


def _positive(name: str, series: Sequence[float]) -> Array:
    values = np.asarray(series, dtype=np.float64)
    if not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"{name} has a value that is not above zero: {min(series)}")
    return values
