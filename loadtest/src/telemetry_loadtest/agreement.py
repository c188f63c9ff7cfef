"""Whether the platform counted what the generator did: requests, and how many were under way in the mean.

The producer's own metrics against the generator's books over the judged part of a run. By Little's law (1961, *A Proof
for the Queuing Formula: L = λW*) what is under way in the mean is the rate times the time that each takes, on both
sides. Neither figure changes the verdict: a disagreement is a reason to look, not to believe either side.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.measured import Measured
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import Agreement, Measure, Second, Series

REQUESTS_SHARE: Final = 0.02
REQUESTS_LEAST: Final = 5.0  # requests at the two ends of the time compared
UNDER_WAY_SHARE: Final = 0.2
OUTSIDE: Final = 0.002  # seconds of a request that the server cannot see: two kernels, and the generator's loop
_WRITES: Final = frozenset(str(one) for one in Endpoint if one.writes)
_PRODUCER: Final = "producer"


def agreements(
    measured: Measured, system: Sequence[Series], is_producer: Callable[[str], bool] | None = None
) -> list[Agreement]:
    """Both comparisons; none of a run that wrote nothing, or ended in its warm-up.

    `is_producer` tells the sources that are replicas of the producer; processes of one machine are called so.
    """
    judged = _judged(measured)
    answered = sum(_answered(one) for one in judged)
    if not answered:
        return []
    begin, end = float(judged[0].at), float(judged[-1].at + 1)
    theirs = [one for one in system if (is_producer or _is_called_producer)(one.source)]
    return [_requests(measured, theirs, answered, begin, end), _under_way(measured, theirs, answered, begin, end)]


def in_words(one: Agreement) -> str:
    """One line: `The producer counted 1,200 requests, the generator 1,198: agrees (± 24).`"""
    what = "requests answered" if one.measure == "requests" else "requests under way in the mean"
    if one.server is None:
        return f"The producer's own figure of {what} is unavailable; the generator's is {one.generator:,.2f}."
    verdict = "agrees" if one.agrees else "does not agree"
    return (
        f"{what.capitalize()}, by the producer {one.server:,.2f}, by the generator {one.generator:,.2f}: {verdict} "
        f"(within {one.tolerance:,.2f})."
    )


def area_of(points: Sequence[tuple[float, float]], begin: float, end: float) -> float | None:
    """What a rate came to between two times; each point is the mean since the one before. None: not all is known."""
    if len(points) < 2 or points[0][0] > begin or points[-1][0] < end:  # noqa: PLR2004 - a mean has two ends
        return None
    pairs = pairwise(points)
    return sum(max(min(at, end) - max(then, begin), 0.0) * value for (then, _), (at, value) in pairs)


def _is_called_producer(source: str) -> bool:
    return source.startswith(_PRODUCER)


def _requests(measured: Measured, theirs: Sequence[Series], answered: int, begin: float, end: float) -> Agreement:
    generator = answered + _probes(measured, begin, end)
    tolerance = max(REQUESTS_SHARE * generator, REQUESTS_LEAST)
    return _compared("requests", generator, _sum_of(theirs, "requests", begin, end), tolerance)


def _under_way(measured: Measured, theirs: Sequence[Series], answered: int, begin: float, end: float) -> Agreement:
    seconds = end - begin
    generator = _service_seconds(measured) / seconds
    tolerance = max(UNDER_WAY_SHARE * generator, OUTSIDE * answered / seconds)
    area = _sum_of(theirs, "under-way", begin, end)
    return _compared("under-way", generator, None if area is None else area / seconds, tolerance)


def _compared(measure: str, generator: float, server: float | None, tolerance: float) -> Agreement:
    agrees = None if server is None else abs(generator - server) <= tolerance
    return Agreement(
        measure=measure,
        generator=round(generator, 4),
        server=None if server is None else round(server, 4),
        tolerance=round(tolerance, 4),
        agrees=agrees,
    )


def _sum_of(theirs: Iterable[Series], measure: str, begin: float, end: float) -> float | None:
    """The sum over all replicas; None where one of them is not known throughout."""
    areas = [area_of(one.points, begin, end) for one in theirs if one.measure == measure]
    known = [one for one in areas if one is not None]
    return sum(known) if known and len(known) == len(areas) else None


def _judged(measured: Measured) -> list[Second]:
    counted = {stage.name for stage in measured.stages if not stage.warm_up}
    return [one for one in measured.seconds if one.stage in counted]


def _answered(second: Second) -> int:
    return sum(one.good + one.bad for name, one in second.endpoints.items() if name in _WRITES)


def _probes(measured: Measured, begin: float, end: float) -> float:
    """Readings that were sent to follow them, as many as fall into the time compared: they come evenly."""
    fresh = measured.freshness
    return (fresh.samples + fresh.unseen) * (end - begin) / measured.duration if fresh and measured.duration else 0.0


def _service_seconds(measured: Measured) -> float:
    """The sum of how long each write that was due in a judged stage took, from when it was written."""
    counted = {stage.name for stage in measured.stages if not stage.warm_up}
    return sum(
        one.count * _mean(Histogram.decode(one.encoded))
        for one in measured.histograms
        if one.stage in counted and one.endpoint in _WRITES and one.measure is Measure.SERVICE
    )


def _mean(histogram: Histogram) -> float:
    found = histogram.percentiles()
    return 0.0 if found is None else found.mean / 1000
