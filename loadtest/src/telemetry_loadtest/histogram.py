"""Latencies as HDR histograms: three significant digits from 1 µs to 60 s, added up without loss.

Workers count in a `Tally`, a plain dict that costs a tenth of a histogram's method call; its values are already cut to
what the histogram tells apart, so that it is the same histogram, only sparse. `results` keeps the encoded text.
"""

from collections.abc import Iterable
from typing import Final, Self

from hdrh.histogram import HdrHistogram

from telemetry_loadtest.results import Percentiles

SHORTEST: Final = 1  # µs
LONGEST: Final = 60_000_000  # µs; what took longer counts as this
DIGITS: Final = 3
_BITS: Final = 11  # of a value that three digits tell apart: 2048 steps in every power of two

Tally = dict[int, int]
"""How often each value (µs, as `quantized` gives it) was seen."""


def quantized(microseconds: int) -> int:
    """The least of the values that the histogram does not tell from this one."""
    value = min(max(microseconds, SHORTEST), LONGEST)
    shift = value.bit_length() - _BITS
    return value if shift <= 0 else value >> shift << shift


def count(tally: Tally, microseconds: int) -> None:
    value = quantized(microseconds)
    tally[value] = tally.get(value, 0) + 1


class Histogram:
    """A distribution of µs that can be merged and written as text."""

    def __init__(self, histogram: HdrHistogram | None = None) -> None:
        self._histogram = histogram or HdrHistogram(SHORTEST, LONGEST, DIGITS)

    @classmethod
    def of(cls, counted: Iterable[tuple[int, int]]) -> Self:
        """From pairs of a value and how often it was seen."""
        made = cls()
        made.add(counted)
        return made

    @classmethod
    def merged(cls, histograms: Iterable[Self]) -> Self:
        made = cls()
        for histogram in histograms:
            made.merge(histogram)
        return made

    @classmethod
    def decode(cls, text: str) -> Self:
        return cls(HdrHistogram.decode(text))

    def encode(self) -> str:
        """HdrHistogram's V2 text: compressed, base64."""
        encoded: bytes = self._histogram.encode()
        return encoded.decode("ascii")

    def add(self, counted: Iterable[tuple[int, int]]) -> None:
        for value, times in counted:
            self._histogram.record_value(value, times)

    def merge(self, other: Self) -> None:
        self._histogram.add(other._histogram)

    @property
    def count(self) -> int:
        return int(self._histogram.get_total_count())

    def percentile(self, share: float) -> float | None:
        """Milliseconds below which `share` per cent of the values lie; None where there is none."""
        return self._histogram.get_value_at_percentile(share) / 1000 if self.count else None

    def percentiles(self) -> Percentiles | None:
        """The distribution in short; None where there is no value."""
        if not self.count:
            return None
        at = self._histogram.get_percentile_to_value_dict([50, 90, 95, 99, 99.9])
        return Percentiles(
            mean=round(self._mean() / 1000, 4),
            p50=at[50] / 1000,
            p90=at[90] / 1000,
            p95=at[95] / 1000,
            p99=at[99] / 1000,
            p999=at[99.9] / 1000,
            max=self._histogram.get_max_value() / 1000,
        )

    def _mean(self) -> float:
        """HdrHistogram's own mean, without its iterator, which takes ten times as long."""
        found = self._histogram
        total = 0
        for index, times in enumerate(found.counts):
            if times:
                low = found.get_value_from_index(index)
                total += times * (low + (found.get_highest_equivalent_value(low) - low + 1) // 2)
        return total / self.count

    def values(self) -> list[tuple[int, int]]:
        """Pairs of a value (µs, the highest of those it stands for) and how often it was seen, in order."""
        return [
            (item.value_iterated_to, item.count_added_in_this_iter_step)
            for item in self._histogram.get_recorded_iterator()
        ]
