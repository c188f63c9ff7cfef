"""What an answer is worth: good means that the status and the body are right.

Also says what the books need: which readings the platform promised to keep, and of which nobody knows.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from telemetry_contract.api import Accepted, Aggregate, BatchAnswer, Latest, ReadingPage, Status
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.workload import METRIC, Call, Written

ACKNOWLEDGED: Final = frozenset({Status.STORED, Status.QUEUED, Status.DUPLICATE})
_ACCEPTED: Final = frozenset({200, 202})
_PARTLY: Final = 207
_SERVER_ERROR: Final = 500
_OK: Final = 200

_accepted: Final = msgspec.json.Decoder(Accepted)
_batch: Final = msgspec.json.Decoder(BatchAnswer)
_latest: Final = msgspec.json.Decoder(Latest)
_page: Final = msgspec.json.Decoder(ReadingPage)
_aggregate: Final = msgspec.json.Decoder(Aggregate)


class Judged(NamedTuple):
    """`label` is the status as histograms name it; of what was written, whatever stands in neither list was refused."""

    label: str
    good: bool
    acknowledged: tuple[tuple[Written, Status], ...] = ()
    uncertain: tuple[Written, ...] = ()


def judge(call: Call, status: int, body: bytes) -> Judged:
    try:
        judged = _JUDGES[call.endpoint](call, status, body)
    except msgspec.MsgspecError:
        return Judged(f"{status} unreadable", good=False, uncertain=call.written)
    if judged.good or status >= _SERVER_ERROR or status not in _ACCEPTED:
        return judged
    return judged._replace(label=f"{status} wrong body")


def unanswered(call: Call, reason: str) -> Judged:
    """The verdict on a request without an answer: `timeout`, `connection`."""
    return Judged(reason, good=False, uncertain=call.written)


def _judge_ingest(call: Call, status: int, body: bytes) -> Judged:
    if status not in _ACCEPTED:
        return _refused(call, status)
    answer = _accepted.decode(body)
    if answer.status not in ACKNOWLEDGED:
        return Judged(str(status), good=False, uncertain=call.written)
    return Judged(str(status), good=True, acknowledged=tuple((one, answer.status) for one in call.written))


def _judge_batch(call: Call, status: int, body: bytes) -> Judged:
    if status not in _ACCEPTED and status != _PARTLY:
        return _refused(call, status)
    items = _batch.decode(body).items
    if len(items) != len(call.written):
        return Judged(str(status), good=False, uncertain=call.written)
    pairs = list(zip(call.written, (item.status for item in items), strict=True))
    acknowledged = tuple((one, found) for one, found in pairs if found in ACKNOWLEDGED)
    uncertain = tuple(one for one, found in pairs if found is Status.UNAVAILABLE)
    return Judged(str(status), len(acknowledged) == len(pairs), acknowledged, uncertain)


def _judge_latest(call: Call, status: int, body: bytes) -> Judged:
    if status != _OK:
        return Judged(str(status), good=False)
    answer = _latest.decode(body)
    return Judged(str(status), answer.device == call.device and METRIC in answer.metrics)


def _judge_history(call: Call, status: int, body: bytes) -> Judged:
    if status != _OK:
        return Judged(str(status), good=False)
    readings = _page.decode(body).readings
    return Judged(str(status), bool(readings) and all(one.device == call.device for one in readings))


def _judge_aggregate(call: Call, status: int, body: bytes) -> Judged:
    if status != _OK:
        return Judged(str(status), good=False)
    answer = _aggregate.decode(body)
    counted = any(bucket.count for bucket in answer.metrics.get(METRIC, ()))
    return Judged(str(status), answer.device == call.device and counted)


def _refused(call: Call, status: int) -> Judged:
    """Below 500 the platform decided; from there on it may have kept the readings or not."""
    return Judged(str(status), good=False, uncertain=call.written if status >= _SERVER_ERROR else ())


_JUDGES: Final[Mapping[Endpoint, Callable[[Call, int, bytes], Judged]]] = {
    Endpoint.INGEST: _judge_ingest,
    Endpoint.BATCH: _judge_batch,
    Endpoint.LATEST: _judge_latest,
    Endpoint.HISTORY: _judge_history,
    Endpoint.AGGREGATE: _judge_aggregate,
}
