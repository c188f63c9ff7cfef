"""Figures that the services tell of themselves on their management ports, wherever they run."""

from collections import defaultdict
from typing import Final, NamedTuple


class Figure(NamedTuple):
    """One figure of one source: what it is called, in what unit, and whether it only grows (then its rate is kept)."""

    measure: str
    unit: str
    grows: bool = False


METRICS: Final = {
    "telemetry_http_requests_total": Figure("requests", "1/s", grows=True),
    # Time spent on requests within a second is how many were under way in its mean.
    "telemetry_http_request_duration_seconds_sum": Figure("under-way", "requests", grows=True),
    "telemetry_http_requests_in_flight": Figure("in-flight", "requests"),
    "telemetry_consumer_lag_records": Figure("lag", "records"),
    "telemetry_consumer_readings_total": Figure("stored", "readings/s", grows=True),
    "telemetry_limit_refused_total": Figure("limited", "1/s", grows=True),
    "telemetry_writer_waiting_readings": Figure("waiting", "readings"),
}


def sums_of(text: str) -> dict[Figure, float]:
    """Each figure's sum over its labels, from a service's answer in Prometheus' text form.

    Lines are read as our services write them, without times: a general parser takes ten times as long.

    Raises:
        ValueError: a line that is meant is none of that form.
    """
    sums = defaultdict[Figure, float](float)
    for line in text.splitlines():
        if figure := METRICS.get(line.partition(" ")[0].partition("{")[0]):
            sums[figure] += float(line.rpartition(" ")[2])
    return dict(sums)
