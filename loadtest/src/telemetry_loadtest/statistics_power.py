"""What a comparison can show, said before it runs: how many blocks a win needs, and how likely one is.

The answer comes from simulating the very test of `statistics`, not from a formula for another one.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from telemetry_loadtest.statistics import ALPHA, Array, adjusted_p, minimum_blocks, sign_flips

TRIALS: Final = 1_000  # the standard error of a probability is at most 1.6 points
_MOST_NUMBERS: Final = 4_000_000  # that one simulation step may hold at a time


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed: the best of so many variants is better than each other by `effect` (0.1: a tenth).

    `noise` is the standard deviation of one cell's log value within a block, as an A/A comparison shows it.
    """

    variants: int
    effect: float
    noise: float

    def __post_init__(self) -> None:
        if self.variants < 2:  # noqa: PLR2004 - it takes two
            raise ValueError(f"{self.variants} variants were given; a comparison needs 2 or more")
        if self.effect <= 0 or self.noise <= 0:
            raise ValueError(f"effect {self.effect} and noise {self.noise} must be above 0")


def simulated(supposed: Supposition, blocks: int, trials: int, seed: int, *, skewed: bool = False) -> Array:
    """Return log-ratios of made comparisons: trials × blocks × pairs, those of the best variant first.

    Each block has a level of its own, far larger than the noise. `skewed` noise is exponential: never early, at times
    very late, as interference is.
    """
    draw = np.random.default_rng(seed)
    shape = (trials, blocks, supposed.variants)
    noise = draw.exponential(1, shape) if skewed else draw.standard_normal(shape)
    values = draw.normal(0, 0.3, (trials, blocks, 1)) + supposed.noise * noise
    values[..., 0] -= math.log1p(supposed.effect)
    first, second = np.triu_indices(supposed.variants, 1)
    return np.asarray(values[..., first] - values[..., second])


def simulated_p(
    supposed: Supposition, blocks: int, trials: int = TRIALS, seed: int = 1, *, skewed: bool = False
) -> Array:
    """Return the adjusted p of every pair of made comparisons: trials × pairs."""
    flips, data = sign_flips(blocks, seed=seed), simulated(supposed, blocks, trials, seed, skewed=skewed)
    step = max(1, _MOST_NUMBERS // (len(flips) * data.shape[-1]))
    return np.concatenate([adjusted_p(flips, data[begin : begin + step]) for begin in range(0, trials, step)])


def win_probability(
    supposed: Supposition, blocks: int, *, alpha: float = ALPHA, trials: int = TRIALS, seed: int = 1
) -> float:
    """Return how likely the best variant is shown to be better than every other."""
    if blocks < minimum_blocks(alpha):
        return 0.0
    won = simulated_p(supposed, blocks, trials, seed)[:, : supposed.variants - 1] <= alpha
    return float(won.all(axis=1).mean())


def blocks_for(
    supposed: Supposition, *, power: float = 0.8, alpha: float = ALPHA, most: int = 30, seed: int = 1
) -> int | None:
    """Return the fewest blocks with which a win is at least as likely as `power`; None where `most` do not do."""
    for blocks in range(minimum_blocks(alpha), most + 1):
        if win_probability(supposed, blocks, alpha=alpha, seed=seed) >= power:
            return blocks
    return None
