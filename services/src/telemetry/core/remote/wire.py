"""What crosses the wire between a Reader and who asks it from another process: msgpack, one request a question."""

from typing import Any, Final, Generic, TypeVar

import msgspec

from telemetry.core.aggregation import SummedBucket
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.ports import (
    AggregateQuery,
    CatchingUp,
    KeptReading,
    NoRoom,
    Position,
    RangeTooLarge,
    ReadingQuery,
    Saturated,
    Snapshot,
    TimeRange,
    Unavailable,
)
from telemetry_contract.api import DeviceSummary, DigestAnswer, Integrity, Latest, Stats, StoredReading

T = TypeVar("T")

PREFIX: Final = "/internal/v1/reader/"
CONTENT_TYPE: Final = "application/msgpack"


class DevicesQuestion(msgspec.Struct, frozen=True):
    """The arguments of `Reader.devices`."""

    after: str | None
    limit: int


class DigestQuestion(msgspec.Struct, frozen=True):
    """The arguments of `Reader.digest`."""

    devices: list[str]
    within: TimeRange


class Failure(msgspec.Struct, frozen=True):
    """Why a question was not answered: the name of an exception of the port, and what it says."""

    kind: str
    detail: str
    retry_after: float = 1.0


class Method(Generic[T]):
    """A method of the port: what is sent, and what a snapshot of it holds."""

    def __init__(self, name: str, question: Any, answer: Any) -> None:  # noqa: ANN401 - types, not values
        self.path = PREFIX + name
        self.name = name
        self.decode_question = msgspec.msgpack.Decoder(question).decode
        self._decode = msgspec.msgpack.Decoder(tuple[int, answer]).decode

    def decode_answer(self, body: bytes) -> Snapshot[T]:
        as_of, value = self._decode(body)
        return Snapshot(value, as_of)


_AWAY: Final = {kind.__name__: kind for kind in (Unavailable, Saturated, NoRoom, CatchingUp)}

encode: Final = msgspec.msgpack.Encoder().encode


def encode_answer(snapshot: Snapshot[T]) -> bytes:
    return encode((snapshot.as_of, snapshot.value))


def failure_of(error: Unavailable | RangeTooLarge) -> Failure:
    retry_after = error.retry_after if isinstance(error, Unavailable) else 0.0
    return Failure(type(error).__name__, str(error), retry_after)


def exception_of(failure: Failure) -> Unavailable | RangeTooLarge:
    """Return what the Reader on the other side raised."""
    if failure.kind == RangeTooLarge.__name__:
        return RangeTooLarge(failure.detail)
    return _AWAY.get(failure.kind, Unavailable)(failure.detail, retry_after=failure.retry_after)


decode_failure: Final = msgspec.msgpack.Decoder(Failure).decode

DEVICES: Final[Method[list[DeviceSummary]]] = Method("devices", DevicesQuestion, list[DeviceSummary])
DEVICE: Final[Method[DeviceSummary | None]] = Method("device", str, DeviceSummary | None)
LATEST: Final[Method[list[Latest]]] = Method("latest", list[str], list[Latest])
READINGS: Final[Method[list[StoredReading]]] = Method("readings", ReadingQuery, list[StoredReading])
EXPORT: Final[Method[list[KeptReading]]] = Method("export", ReadingQuery, list[KeptReading])
AGGREGATE: Final[Method[list[SummedBucket]]] = Method("aggregate", AggregateQuery, list[SummedBucket])
DIGEST: Final[Method[DigestAnswer]] = Method("digest", DigestQuestion, DigestAnswer)
INTEGRITY: Final[Method[Integrity]] = Method("integrity", None, Integrity)
STATS: Final[Method[Stats]] = Method("stats", None, Stats)
DEAD_LETTERS: Final[Method[list[KeptLetter]]] = Method("dead-letters", LetterQuery, list[KeptLetter])
DEAD_LETTER: Final[Method[KeptLetter | None]] = Method("dead-letter", LetterPlace, KeptLetter | None)
CONTENTS: Final[Method[dict[bytes, bytes]]] = Method("contents", list[Position], dict[bytes, bytes])
