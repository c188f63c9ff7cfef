import time
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

import pytest

from telemetry.consumer.batches import Batch, BatchBuilder, Record
from telemetry.consumer.catching_up import CatchUp
from telemetry.consumer.dead_letter_topic import DeadLetterTopic
from telemetry.consumer.memory_sink import AHEAD, MemorySink
from telemetry.consumer.replay import Stretches
from telemetry.consumer.sink import SinkAwayError, StalePositionError
from telemetry.core.dead_letters import LetterPlace, LetterQuery
from telemetry.core.memory.ledger import MemoryLedger
from telemetry.core.memory.store import MemoryStore
from telemetry.core.postgres.ledger import DeadLetter
from telemetry.core.postgres.partition_plan import HOUR
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_erasure, encode_slice

TOPIC = uuid4()
NOW = time.time_ns() // 1000
RETENTION = 2 * HOUR


class FakeLog:
    """A log that begins and ends somewhere; `asked` are the times since when."""

    def __init__(self) -> None:
        self.begin, self.end = 0, 0
        self.asked: list[int] = []

    def stretches(self, partitions: Sequence[int], since: int) -> Stretches:
        self.asked.append(since)
        return dict.fromkeys(partitions, (self.begin, self.end))


class FakeTopic(DeadLetterTopic):
    """Where letters go, unless it is away."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []
        self.of: set[tuple[UUID, int]] = set()
        self.away = False

    def bury(self, topic: UUID, partition: int, letters: Iterable[DeadLetter]) -> None:
        if self.away:
            raise SinkAwayError("no in-sync replica")
        self.letters += letters
        self.of.add((topic, partition))

    def dig_up(self, places: Iterable[LetterPlace]) -> None:
        gone = {place.offset for place in places}
        self.letters = [letter for letter in self.letters if letter.offset not in gone]


class Kept:
    """A sink with all that stands around it."""

    def __init__(self, *, most_bytes: int = 1 << 30) -> None:
        self.store, self.ledger, self.catch_up = MemoryStore(), MemoryLedger(), CatchUp()
        self.log, self.topic = FakeLog(), FakeTopic()
        self.sink = MemorySink(
            self.store,
            self.ledger,
            self.catch_up,
            stream=self.log,
            dead_letters=self.topic,
            retention=RETENTION,
            most_bytes=most_bytes,
            clock=lambda: NOW,
        )


@pytest.fixture
def kept() -> Kept:
    return Kept()


def reading(seconds: float = 0, value: object = 1, id: str | None = None) -> Reading:  # noqa: A002 - the reading's own name for it
    return Reading("pump", NOW + int(seconds * 1_000_000), {"t": value}, id)  # type: ignore[dict-item] # of any kind


def batch_of(*readings: Reading, first: int = 0, raw: bytes | None = None) -> Batch:
    builder = BatchBuilder()
    value = encode_slice(NOW, list(readings)) if raw is None else raw
    builder.add(Record(0, first, NOW, b"pump", value), expected=first, now=0.0)
    return builder.take(TOPIC)


def test_a_replay_begins_where_the_bound_of_time_does(kept: Kept) -> None:
    kept.log.begin, kept.log.end = 40, 50
    assert kept.sink.positions(TOPIC, [0, 1]) == {0: 40, 1: 40}
    assert kept.log.asked == [NOW - RETENTION - AHEAD]


def test_a_partition_that_is_known_goes_on_where_it_stands(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    kept.sink.apply(batch_of(reading()))
    assert kept.sink.positions(TOPIC, [0]) == {0: 1}
    assert len(kept.log.asked) == 1


def test_what_becomes_of_readings_is_accounted_for(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    good, future, old = reading(id="a"), reading(25 * 3600), reading(-3 * 3600)
    counts = kept.sink.apply(batch_of(good, good, reading(value=2, id="a"), future, old))
    assert (counts.stored, counts.duplicate, counts.conflict, counts.dead, counts.expired) == (1, 1, 1, 1, 1)
    found = kept.ledger.integrity()
    assert (found.balanced, found.dead_letters) == (True, 2)
    assert sorted(letter.item for letter in kept.topic.letters) == [2, 3]
    assert kept.topic.of == {(TOPIC, 0)}


def test_a_record_that_no_release_wrote_is_buried(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    assert kept.sink.apply(batch_of(raw=b"\x01nonsense")).dead == 1
    assert [letter.item for letter in kept.topic.letters] == [-1]


def test_nothing_is_kept_before_its_dead_letters_are_acknowledged(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    kept.topic.away = True
    batch = batch_of(reading(id="a"), reading(value=2, id="a"))
    with pytest.raises(SinkAwayError):
        kept.sink.apply(batch)
    assert (kept.store.readings, kept.sink.positions(TOPIC, [0])) == (0, {0: 0})
    kept.topic.away = False
    assert kept.sink.apply(batch).stored == 1


def test_a_batch_that_does_not_begin_where_the_partition_stands_is_refused(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    with pytest.raises(StalePositionError):
        kept.sink.apply(batch_of(reading(), first=7))


def test_offsets_count_from_where_the_replay_began(kept: Kept) -> None:
    kept.log.begin = kept.log.end = 40
    kept.sink.positions(TOPIC, [0])
    kept.sink.apply(batch_of(reading(), first=40))
    (partition,) = kept.ledger.integrity().partitions
    assert (partition.offsets_passed, partition.records_read, partition.balanced) == (1, 1, True)


def test_beyond_its_size_the_oldest_go_and_do_not_come_back() -> None:
    kept = Kept(most_bytes=40_000)
    kept.sink.positions(TOPIC, [0])
    sent = [reading(-at, value=at) for at in range(1000)]
    kept.sink.apply(batch_of(*sent))
    assert kept.store.size <= 40_000
    assert kept.store.evicted == 1000 - kept.store.readings
    kept.sink.apply(batch_of(sent[-1], first=1))
    assert kept.ledger.integrity().partitions[0].expired == 1
    assert kept.ledger.integrity().balanced


def test_readers_wait_for_what_stood_in_the_log_at_the_start(kept: Kept) -> None:
    kept.log.end = 2
    kept.sink.positions(TOPIC, [0])
    kept.sink.apply(batch_of(reading(1)))
    assert not kept.catch_up.done
    kept.sink.apply(batch_of(reading(2), first=1))
    assert kept.catch_up.done


def erasing_batch(*content: Reading | None, first: int = 0) -> Batch:
    """Build a batch of one record a reading; nothing stands for the order to erase the device."""
    builder = BatchBuilder()
    for offset, it in enumerate(content, first):
        value = encode_erasure(NOW) if it is None else encode_slice(NOW, [it])
        builder.add(Record(0, offset, NOW, b"pump", value), expected=offset, now=0.0)
    return builder.take(TOPIC)


def test_an_order_erases_what_stands_before_it_and_not_what_stands_behind(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    kept.sink.apply(erasing_batch(reading(0), reading(1)))
    counts = kept.sink.apply(erasing_batch(reading(1), reading(2), None, reading(1), reading(1), first=2))
    assert (counts.stored, counts.duplicate, counts.readings, counts.records_read) == (2, 2, 4, 5)
    assert kept.store.readings == 1
    assert kept.ledger.integrity().balanced


def test_an_order_leaves_a_device_unknown(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    kept.sink.apply(erasing_batch(reading(0), None, None))
    assert (kept.store.readings, list(kept.store.devices())) == (0, [])


def test_dead_letters_go_with_their_device(kept: Kept) -> None:
    kept.sink.positions(TOPIC, [0])
    conflict = [reading(0, 1, id="a"), reading(0, 2, id="a")]
    kept.sink.apply(erasing_batch(*conflict))
    assert [letter.offset for letter in kept.topic.letters] == [1]
    kept.sink.apply(erasing_batch(*conflict, None, *conflict, first=2))
    assert [letter.offset for letter in kept.topic.letters] == [6]
    assert [it.place.offset for it in kept.ledger.letters.select(LetterQuery(9))] == [6]
