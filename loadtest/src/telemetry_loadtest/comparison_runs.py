"""What changed from one run to another, and whether it is more than the noise within them.

Two runs of the same plan have the same arrivals, so second k of one is compared with second k of the other: what the
rate curve does cancels. The differences of all measures are cut into batches long enough to be nearly independent
(`statistics_series`), and tested together by sign flips (`statistics`): one false alarm in twenty comparisons at the
most. What two runs cannot show is how much two runs of the *same* thing differ, on this machine, from day to day;
therefore a change counts only where it is also as large as the caller says (`at_least`), and a comparison in blocks
(`comparison`) is the better answer wherever there is time for one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from telemetry_loadtest.results import EndpointSecond, Result, Second, Stage, Verdict
from telemetry_loadtest.statistics import ALPHA, Array, Effect, joint_test
from telemetry_loadtest.statistics_series import batches

AT_LEAST: Final = 0.1  # of the value before: smaller changes do not count
LEAST_SHARE: Final = 0.001  # of requests: a smaller change in errors does not count
_KNOWN: Final = 0.5  # of the seconds must have a value of a measure
_LATENCIES: Final = ("p50", "p95", "p99")
_SILENT: Final = frozenset({Verdict.INVALID, Verdict.ERROR})


class Change(StrEnum):
    """What is to be thought of one measure."""

    WORSE = "worse"
    BETTER = "better"
    SMALL = "too small to count"
    NONE = "no difference shown"
    UNKNOWN = "insufficient data"


class IncomparableError(ValueError):
    """The two runs are not of the same plan, or one of them says nothing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of both runs by second. `relative`: compared by its logarithm, otherwise by its difference."""

    name: str
    before: Array
    after: Array
    relative: bool
    more_is_worse: bool = True

    @property
    def differences(self) -> Array:
        return np.log(self.after) - np.log(self.before) if self.relative else self.after - self.before


@dataclass(frozen=True, slots=True)
class Difference:
    """How one measure changed: means over the seconds that both have, and the change with its interval.

    The change of a latency is relative (0.1: a tenth more), that of a share is in shares; `p` is adjusted for all.
    """

    name: str
    before: float
    after: float
    relative: bool
    change: float
    low: float
    high: float
    p: float
    conclusion: Change


@dataclass(frozen=True, slots=True)
class RunsDiffer:
    """The answer. `blocks` is how many batches of seconds were flipped, 0 where there were too few seconds."""

    differences: Sequence[Difference]
    left_out: Sequence[str]
    blocks: int
    at_least: float

    @property
    def conclusion(self) -> Change:
        """Worse if anything is worse."""
        found = {one.conclusion for one in self.differences}
        if not self.blocks or not found:
            return Change.UNKNOWN
        return next((one for one in (Change.WORSE, Change.BETTER, Change.SMALL) if one in found), Change.NONE)


def compare_runs(before: Result, after: Result, *, at_least: float = AT_LEAST, alpha: float = ALPHA) -> RunsDiffer:
    """Compare two runs of one plan.

    Raises:
        IncomparableError: their stages differ, they called other endpoints, or one of them was not able to measure.
    """
    _check(before, after)
    measures = list(_measures(before, after))
    kept = [one for one in measures if np.isfinite(one.differences).mean() >= _KNOWN]
    cut = batches(np.stack([one.differences for one in kept], axis=1), alpha=alpha) if kept else None
    if cut is None:
        return RunsDiffer([_unknown(one) for one in kept], _others(measures, kept), 0, at_least)
    whole = [place for place in range(len(kept)) if np.isfinite(cut[:, place]).all()]
    kept = [kept[place] for place in whole]
    test = joint_test({(one.name, ""): cut[:, place] for one, place in zip(kept, whole, strict=True)}, alpha=alpha)
    found = [_difference(one, test.effects[one.name, ""], at_least, alpha) for one in kept]
    return RunsDiffer(found, _others(measures, kept), len(cut), at_least)


def _check(before: Result, after: Result) -> None:
    for one in (before, after):
        if one.verdict in _SILENT:
            raise IncomparableError(f"run {one.provenance.run} is {one.verdict}: {one.reason}")
    if before.stages != after.stages:
        raise IncomparableError(f"the stages differ: {_stages(before)} before, {_stages(after)} after")
    called = [sorted({one.endpoint for one in result.summaries}) for result in (before, after)]
    if called[0] != called[1]:
        raise IncomparableError(
            f"other endpoints were called: {', '.join(called[0])} before, {', '.join(called[1])} after"
        )


def _stages(result: Result) -> str:
    return ", ".join(f"{one.name} {one.end - one.begin:g} s at {_rate(one)}/s" for one in result.stages)


def _rate(stage: Stage) -> str:
    steady = stage.rate_begin == stage.rate_end
    return f"{stage.rate_begin:g}" if steady else f"{stage.rate_begin:g} to {stage.rate_end:g}"


def _measures(before: Result, after: Result) -> Iterator[Measured]:
    judged = {stage.name for stage in before.stages if not stage.warm_up}
    later = {second.at: second for second in after.seconds}
    pairs = [(one, later[one.at]) for one in before.seconds if one.stage in judged and one.at in later]
    first, second = [one for one, _ in pairs], [one for _, one in pairs]
    for name in sorted({one.endpoint for one in before.summaries}):
        for latency in _LATENCIES:
            values = _latencies(first, name, latency), _latencies(second, name, latency)
            yield Measured(f"{name} {latency}", *values, relative=True)
        yield Measured(f"{name} errors", _errors(first, name), _errors(second, name), relative=False)
    yield Measured("good share", _good(first), _good(second), relative=False, more_is_worse=False)


def _latencies(seconds: Sequence[Second], endpoint: str, name: str) -> Array:
    found = (getattr(one.endpoints.get(endpoint), name, None) for one in seconds)
    return np.array([value or math.nan for value in found], dtype=np.float64)


def _errors(seconds: Sequence[Second], endpoint: str) -> Array:
    return np.array([_error_share(one.endpoints.get(endpoint)) for one in seconds], dtype=np.float64)


def _error_share(found: EndpointSecond | None) -> float:
    answered = 0 if found is None else found.good + found.bad
    return math.nan if found is None or not answered else found.bad / answered


def _good(seconds: Sequence[Second]) -> Array:
    """Of what was decided in a second: dropped counts as not good."""
    decided = [(one.good, one.good + one.bad + one.dropped) for one in seconds]
    return np.array([good / whole if whole else math.nan for good, whole in decided], dtype=np.float64)


def _difference(one: Measured, effect: Effect, at_least: float, alpha: float) -> Difference:
    ends = effect.estimate, effect.low, effect.high
    change, low, high = (math.expm1(end) for end in ends) if one.relative else ends
    conclusion = _conclusion(one, effect, at_least, alpha)
    return Difference(one.name, *_centers(one), one.relative, change, low, high, effect.p, conclusion)


def _conclusion(one: Measured, effect: Effect, at_least: float, alpha: float) -> Change:
    if effect.p > alpha:
        return Change.NONE
    least = math.log1p(at_least) if one.relative else LEAST_SHARE
    if abs(effect.estimate) < least:
        return Change.SMALL
    return Change.WORSE if (effect.estimate > 0) is one.more_is_worse else Change.BETTER


def _unknown(one: Measured) -> Difference:
    change = float(np.nanmean(one.differences))
    change = math.expm1(change) if one.relative else change
    return Difference(one.name, *_centers(one), one.relative, change, -math.inf, math.inf, 1.0, Change.UNKNOWN)


def _centers(one: Measured) -> tuple[float, float]:
    """Return what is typical of a second before and after: geometric means of latencies, means of shares."""
    both = np.isfinite(one.differences)
    means = [np.log(run[both]).mean() if one.relative else run[both].mean() for run in (one.before, one.after)]
    before, after = (math.exp(mean) if one.relative else float(mean) for mean in means)
    return before, after


def _others(measures: Sequence[Measured], kept: Sequence[Measured]) -> list[str]:
    names = {one.name for one in kept}
    return [one.name for one in measures if one.name not in names]
