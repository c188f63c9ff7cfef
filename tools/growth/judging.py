"""What a run of growth comes to: slopes, ratios, and whether the bounds hold. Pure."""

from statistics import fmean, median
from typing import Final

from tools.growth.results import Asked, History, Look, Memory, Start

MIB: Final = 2**20
PER: Final = 100_000
MOST_RESIDENT: Final = 150.0  # MiB
MOST_GROWTH: Final = 1.0  # MiB in 100,000 readings
MOST_START: Final = 2.0  # seconds
NOISE: Final = 1.25  # of a median: below it nothing is told from chance


def start_of(start: Start) -> float:
    return median(start.seconds)


def starts_fast(start: Start) -> bool:
    return start_of(start) < MOST_START


def most_resident(memory: Memory) -> float:
    """Return the most memory that was seen, in MiB."""
    return max(look.resident for look in memory.looks) / MIB


def growth(memory: Memory) -> float:
    """Return MiB in 100,000 units after warm-up: the slope of the straight line nearest to the looks."""
    return _slope(memory.looks[memory.warm :]) * PER / MIB


def _slope(looks: list[Look]) -> float:
    middle_units, middle_bytes = fmean(it.units for it in looks), fmean(it.resident for it in looks)
    below = sum((it.units - middle_units) ** 2 for it in looks)
    above = sum((it.units - middle_units) * (it.resident - middle_bytes) for it in looks)
    return above / below if below else 0.0


def late_growth(memory: Memory) -> float:
    """Return the same over the second half of what followed warm-up: what still settles shrinks, a leak does not."""
    after = memory.looks[memory.warm :]
    return _slope(after[len(after) // 2 :]) * PER / MIB


def is_long_enough(memory: Memory) -> bool:
    """Tell whether there was load enough behind warm-up: below it a page more or less looks like growth."""
    return memory.looks[-1].units - memory.looks[memory.warm].units >= PER


def holds(memory: Memory) -> bool | None:
    """Tell whether a service stays within its bounds, if that can be told.

    Nothing is asked of a store in memory but to state its cost.
    """
    if memory.held or not is_long_enough(memory):
        return None
    return most_resident(memory) < MOST_RESIDENT and min(growth(memory), late_growth(memory)) < MOST_GROWTH


def ratio(asked: Asked) -> float:
    """Return the long history's median as a multiple of the short one's."""
    return median(asked.long) / median([*asked.short, *asked.again])


def noise(asked: Asked) -> float:
    """Return what the same question to the same history differs by from itself, as a ratio above 1."""
    first, again = median(asked.short), median(asked.again)
    return max(first, again) / min(first, again)


def is_as_fast(asked: Asked) -> bool:
    return ratio(asked) <= max(NOISE, noise(asked))


def bytes_per_reading(history: History) -> tuple[float, float]:
    """Return the bytes of the table and of its indexes that one reading takes."""
    return history.heap / history.readings, history.indexes / history.readings
