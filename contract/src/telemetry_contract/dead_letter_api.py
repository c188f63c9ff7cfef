"""The bodies of the answers about dead letters: readings and records of the stream that were not stored, and why."""

from enum import StrEnum

import msgspec

from telemetry_contract.readings import Value


class LetterState(StrEnum):
    """What sending a dead letter's reading again would come to, as far as the store can say."""

    DEAD = "dead"
    """It is not stored."""

    REPLAYED = "replayed"
    """It is stored now, with this content."""

    CONFLICT = "conflict"
    """Its identity is stored with other content."""

    UNDECODABLE = "undecodable"
    """There is no reading in it that this release can read."""


class DeadReading(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reading of a dead letter, as it was sent."""

    device: str
    time: str
    metrics: dict[str, Value]
    id: str | None = None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter: where in the stream it came from, when it was buried and why, and what is in it.

    `item` is the reading's place in its record, null where the whole record is dead.
    """

    id: str
    buried_at: str
    reason: str
    state: LetterState
    topic_id: str
    partition: int
    offset: int
    item: int | None
    reading: DeadReading | None


class DeadLetterRecord(DeadLetter, frozen=True, kw_only=True):
    """A dead letter with the bytes of the record that carries it alone, in base64."""

    key: bytes | None
    value: bytes | None


class DeadLetterPage(msgspec.Struct, frozen=True):
    """Dead letters, newest first."""

    dead_letters: list[DeadLetter]
    cursor: str | None
