"""A device's metrics by buckets of time: what is asked, whether it is too much, and the answer without gaps."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from telemetry.core.aggregation import SummedBucket, bucket_starts
from telemetry.core.api.access import Access
from telemetry.core.api.answers import NO_STORE
from telemetry.core.api.parameters import (
    FROM,
    SHOWN,
    TO,
    Parameter,
    metric_parameter,
    parse_arguments,
    range_of,
    require_device,
    required,
)
from telemetry.core.http.documents import json_response
from telemetry.core.http.problems import ProblemError
from telemetry.core.ports import AggregateQuery, RangeTooLarge, Reader
from telemetry_contract.api import Aggregate, Bucket
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time

MOST_METRICS: Final = 20
MOST_BUCKETS: Final = 20_000  # in one answer, of all metrics together: a day by ten seconds, of two metrics
MOST_VALUES: Final = 1_000_000  # read for one answer, of all metrics together: PostgreSQL takes about 3 µs each

DAY_SECONDS: Final = 86_400
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": DAY_SECONDS}
_BUCKET: Final = re.compile("([1-9][0-9]{0,4})([smhd])")
_EXAMPLES: Final = ["1s", "10s", "1m", "5m", "15m", "1h", "6h", "1d"]


def parse_bucket(text: str) -> int:
    """Return the seconds of a bucket, which divide a day: none reaches from one day (UTC) into the next.

    Raises:
        ValueError: it is no such length.
    """
    found = _BUCKET.fullmatch(text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not seconds or DAY_SECONDS % seconds:
        raise ValueError(f"a whole number of s, m, h or d that divides a day, such as 1m or 6h, found {text[:SHOWN]!r}")
    return seconds


BUCKET: Final = Parameter(
    "bucket",
    parse_bucket,
    {"type": "string", "pattern": f"^{_BUCKET.pattern}$", "examples": _EXAMPLES},
    "A bucket's length: a whole number of s, m, h or d that divides a day. Buckets begin at whole multiples of it.",
    needed=True,
)
_METRIC: Final = metric_parameter("The metric to sum up; may be repeated.", MOST_METRICS, needed=True)
_FROM, _TO = required(FROM), required(TO)


class AggregateRoute:
    """The endpoint; `service` says under which path it stands."""

    parameters: Sequence[Parameter[Any]] = (_METRIC, _FROM, _TO, BUCKET)

    def __init__(self, reader: Reader, access: Access) -> None:
        self._reader = reader
        self._access = access

    async def get_aggregate(self, request: Request, device: str) -> Response:
        self._access.require_reader_of(device, request.headers.get("authorization"))
        require_device(device)
        query = self._query(device, request)
        starts = bucket_starts(query.start, query.end, query.width)
        if len(starts) * len(query.metrics) > MOST_BUCKETS:
            raise _too_large(f"{len(starts)} buckets of {len(query.metrics)} metrics: at most {MOST_BUCKETS} in all")
        try:
            found = await self._reader.aggregate(query)
        except RangeTooLarge as error:
            raise _too_large(f"{error}, too many for {len(query.metrics)} metrics in one answer") from None
        body = Aggregate(device, query.width // MICROSECONDS_PER_SECOND, _fill(query.metrics, starts, found.value))
        response = json_response(body)
        response.raw_headers.append(NO_STORE)
        return response

    def _query(self, device: str, request: Request) -> AggregateQuery:
        arguments = parse_arguments(request.query_params.multi_items(), self.parameters)
        within, metrics = range_of(arguments), tuple(dict.fromkeys(arguments.many(_METRIC)))
        assert within.start is not None and within.end is not None  # noqa: S101, PT018 - both are needed parameters
        return AggregateQuery(
            device=device,
            metrics=metrics,
            start=within.start,
            end=within.end,
            width=(arguments.one(BUCKET) or 0) * MICROSECONDS_PER_SECOND,
            most_readings=MOST_VALUES // len(metrics),
        )


def _fill(metrics: Iterable[str], starts: range, found: Iterable[SummedBucket]) -> dict[str, list[Bucket]]:
    """Return every bucket of every metric, those that hold nothing too."""
    texts = [format_time(start) for start in starts]
    places = {start: place for place, start in enumerate(starts)}
    filled = {metric: [Bucket(text, 0) for text in texts] for metric in metrics}
    for it in found:
        place = places[it.start]
        filled[it.metric][place] = Bucket(texts[place], **msgspec.structs.asdict(it.summary))
    return filled


def _too_large(detail: str) -> ProblemError:
    hint = "; ask for a shorter range, longer buckets or fewer metrics"
    return ProblemError(problem(ProblemKind.RANGE_TOO_LARGE, detail + hint))
