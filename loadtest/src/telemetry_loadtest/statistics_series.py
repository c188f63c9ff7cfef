"""Series of one run's windows: where the warm-up ends, and how two runs' windows become independent blocks.

Neighbouring seconds are alike (a garbage collection, a checkpoint), so that seconds counted as independent would make
noise look certain. Means of long enough batches are nearly independent (Schmeiser 1982, *Oper. Res.* 30, 556-568:
10 to 30 batches are enough); they are the blocks that `statistics` flips.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from telemetry_loadtest.statistics import Array, minimum_blocks

MOST_BATCHES: Final = 12
SHORTEST_BATCH: Final = 5  # windows
_MEMORIES: Final = 3  # that a batch is long
_GROUP: Final = 5


def warm_up_end(values: Sequence[float]) -> int | None:
    """Return from which value on a series is steady, by MSER-5; None where it never is.

    The cut is where the standard error of what stays is least (White 1997, *Simulation* 69, 323-334; in means of five:
    White, Cobb & Spratt 2000, *Proc. Winter Simulation Conf.*, 755-761). It is looked for in the first half; where
    the best is the half itself, the series still changes.
    """
    groups = len(values) // _GROUP
    if groups < 2:  # noqa: PLR2004 - less is no series
        return None
    means = np.asarray(values[: groups * _GROUP], dtype=np.float64).reshape(groups, _GROUP).mean(axis=1)
    half = groups // 2
    errors = [float(means[cut:].var()) / (groups - cut) for cut in range(half + 1)]
    cut = int(np.argmin(errors))
    return cut * _GROUP if cut < half else None


def batches(differences: Array, *, alpha: float) -> Array | None:
    """Return means of consecutive windows, windows × measures → blocks × measures, or None where there are too few.

    A batch is as long as the slowest measure's memory asks for (three times its integrated autocorrelation time), and
    never shorter than five windows. A window that has no value of a measure is NaN; so is a batch without any.
    """
    windows = len(differences)
    shortest = max(SHORTEST_BATCH, math.ceil(_MEMORIES * memory(differences)))
    count = min(MOST_BATCHES, windows // shortest)
    if count < minimum_blocks(alpha):
        return None
    return np.stack([_means(part) for part in np.array_split(differences, count)])


def memory(differences: Array) -> float:
    """Return for how many windows the slowest measure remembers: (1 + r)/(1 − r), r its correlation with the next.

    This is the integrated autocorrelation time of a first-order autoregressive series (Priestley 1981, *Spectral
    Analysis and Time Series*, 5.3.2); r is kept below 0.95, beyond which no run would be long enough.
    """
    centred = np.nan_to_num(differences - _means(differences), nan=0.0)
    square = (centred**2).sum(axis=0)
    product = (centred[1:] * centred[:-1]).sum(axis=0)
    following = np.divide(product, square, out=np.zeros_like(square), where=square > 0)
    r = float(np.clip(following, 0, 0.95).max(initial=0))
    return (1 + r) / (1 - r)


def _means(windows: Array) -> Array:
    known = np.isfinite(windows)
    count, total = known.sum(axis=0), np.where(known, windows, 0.0).sum(axis=0)
    means: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return means
