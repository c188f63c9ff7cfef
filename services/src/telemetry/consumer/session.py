"""The consumer's loop: it reads while the sink stores, one batch gathering behind one in the sink.

Invariants:
  1. Records become a batch only behind the positions that the sink named for this assignment.
  2. A batch goes to the sink only after the topic's id was asked for again, later than its records were read. An id
     never comes back, so all of them are of the topic whose offsets they are counted as.
  3. Whatever goes wrong, a batch is tried again unchanged or dropped; the sink's positions decide what is read next.
  4. The stream is polled all the time, so membership in the group outlasts the sink's outages.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from functools import partial
from threading import Event
from typing import Any, Final
from uuid import UUID

import structlog

from telemetry.consumer import metrics
from telemetry.consumer.batches import Batch, BatchBuilder, Record
from telemetry.consumer.partitions import Partition
from telemetry.consumer.pauses import Pauses
from telemetry.consumer.pulse import Pulse
from telemetry.consumer.settings import ConsumerSettings
from telemetry.consumer.sink import Sink, SinkAwayError, StalePositionError
from telemetry.consumer.stream import OpenStream, Stream, StreamLostError
from telemetry.core.kafka.heartbeats import HeartbeatWriter
from telemetry.core.postgres.ledger import Counts
from telemetry.core.worker import Worker
from telemetry_contract.records import UnknownVersion

log = structlog.get_logger(__name__)

READ_RECORDS: Final = 100  # at once; the batch that they fill outgrows its bound by what they bring, which takes memory
READ_SECONDS: Final = 0.05
IDLE_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 1.0  # with a full batch and a busy sink, until fetching is paused
REVOKE_SECONDS: Final = 3.0  # for the batch in the sink, before its partitions are handed over
DRAIN_SHARE: Final = 0.5  # of the time to drain, for the batches in hand; the rest is for leaving the group


class Session:
    """One membership in the group; it ends by `stopping`, or by an error that a new one may not have."""

    def __init__(
        self,
        settings: ConsumerSettings,
        *,
        sink: Sink,
        worker: Worker,
        heartbeats: HeartbeatWriter,
        ready: Callable[[], None],
        open_stream: OpenStream = Stream,
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._worker = worker
        self._ready = ready
        self._pauses = Pauses()
        self._builder = BatchBuilder()
        self._batch: Batch | None = None
        self._topic: UUID | None = None
        self._unopened: Sequence[int] = ()
        self._partitions: dict[int, Partition] = {}
        self._call: Future[Any] | None = None
        self._then: Callable[[Any], None] = lambda _: None
        self._not_before = 0.0
        self._full_since: float | None = None
        self._paused = False
        self._draining = False
        self._last_read = time.monotonic()
        self._stream = open_stream(settings, self)
        self._pulse = Pulse(self._stream, heartbeats)

    def run(self, stopping: Event) -> None:
        """Consume until `stopping` is set, then store what is in hand and leave the group.

        Raises:
            StreamLostError: this membership cannot go on.
        """
        try:
            while not stopping.is_set():
                self._settle()
                self._begin()
                self._read()
                self._beat()
            self._drain()
        finally:
            self._let_go()
            self._stream.close()

    # What the stream tells, from inside its `read` and `close`.

    def assigned(self, partitions: Sequence[int]) -> None:
        log.info("partitions-assigned", partitions=partitions)
        self._let_go()
        self._unopened = partitions
        if not partitions:
            self._ready()

    def revoked(self) -> None:
        if self._call is not None:
            wait([self._call], REVOKE_SECONDS)
            self._settle()
        log.info("partitions-revoked", partitions=sorted(self._partitions))
        self._let_go()

    def lost(self) -> None:
        log.warning("partitions-lost", partitions=sorted(self._partitions))
        self._let_go()

    def _let_go(self) -> None:
        """Forget everything about the assignment; a call that the sink has not answered finds nobody listening."""
        self._call = None
        self._batch = None
        self._builder = BatchBuilder()
        self._unopened = ()
        self._partitions = {}
        self._full_since = None
        self._paused = False
        metrics.forget_partitions()

    # The sink's side: at most one call at a time.

    def _start(self, call: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self._call = self._worker.submit(call)
        self._then = then

    def _settle(self) -> None:
        """Take the sink's answer, if there is one."""
        call = self._call
        if call is None or not call.done():
            return
        self._call = None
        try:
            answer = call.result()
        except SinkAwayError as error:
            pause = self._wait()
            metrics.SINK_WAITS.inc()
            log.warning("sink-away", reason=str(error), pause=round(pause, 2))
        except StalePositionError as error:
            metrics.STALE.inc()
            log.warning("position-stale", reason=str(error))
            self._reopen()
        else:
            self._pauses.reset()
            self._then(answer)

    def _begin(self) -> None:
        """Give the sink its next work, if it has none and some is due."""
        now = time.monotonic()
        if self._call is not None or now < self._not_before:
            return
        if self._unopened:
            self._open(self._unopened)
        elif self._batch is not None or self._is_due(now):
            self._store()

    def _open(self, partitions: Sequence[int]) -> None:
        topic = self._stream.topic_id() if self._topic is None else self._same_topic()
        if topic is None:
            self._wait()
        else:
            self._start(lambda: self._sink.positions(topic, partitions), partial(self._opened, topic))

    def _opened(self, topic: UUID, positions: Mapping[int, int]) -> None:
        self._topic = topic
        self._partitions = {number: Partition(number, offset, offset) for number, offset in positions.items()}
        self._unopened = ()
        self._stream.assign(positions)
        log.info("partitions-opened", topic=str(topic), positions=dict(positions))
        self._ready()

    def _reopen(self) -> None:
        numbers = sorted(self._partitions)
        self._stream.assign({})
        self._let_go()
        self._unopened = numbers

    def _store(self) -> None:
        if self._batch is None:
            topic = self._same_topic()
            if topic is None:
                self._wait()
                return
            self._batch = self._builder.take(topic)
        batch = self._batch
        self._start(lambda: self._sink.apply(batch), partial(self._stored, batch, time.monotonic()))

    def _stored(self, batch: Batch, begun: float, counts: Counts) -> None:
        self._batch = None
        positions = {span.partition: span.following for span in batch.spans}
        for number, offset in positions.items():
            self._partitions[number].stored = offset
        self._stream.mirror(positions)
        metrics.count_batch(counts, time.monotonic() - begun)

    def _same_topic(self) -> UUID | None:
        """Return the id of the topic that we read, `None` where Kafka does not answer.

        No client outlives its topic: records may have been read of either, and where brokers were restarted before, the
        new topic has lower leader epochs than the old one had, which librdkafka takes for old news: it reads nothing.

        Raises:
            StreamLostError: the name stands for another topic now.
        """
        topic = self._stream.topic_id()
        if topic is not None and topic != self._topic:
            raise StreamLostError(f"the topic was made anew: it was {self._topic}, it is {topic}")
        return topic

    def _wait(self) -> float:
        pause = self._pauses.following()
        self._not_before = time.monotonic() + pause
        return pause

    # The stream's side.

    def _is_due(self, now: float) -> bool:
        gathered = bool(self._builder) and (self._draining or now - self._builder.begun >= self._settings.batch_seconds)
        return gathered or self._is_full()

    def _is_full(self) -> bool:
        return self._builder.readings >= self._settings.batch_readings

    def _read(self) -> None:
        if self._is_full():
            self._hold(time.monotonic())
            return
        self._full_since = None
        if self._paused:
            self._paused = False
            self._stream.resume(self._running())
        records = self._stream.read(READ_RECORDS, READ_SECONDS)
        if records:
            self._last_read = time.monotonic()
        for record in records:
            self._take(record)

    def _hold(self, now: float) -> None:
        """Wait for the sink with a full batch behind it; if that lasts, stop fetching but go on polling."""
        if self._full_since is None:
            self._full_since = now
        if self._paused:
            for record in self._stream.read(READ_RECORDS, READ_SECONDS):
                self._take(record)
        elif now - self._full_since >= PATIENCE_SECONDS:
            self._paused = True
            self._stream.pause(self._running())
        elif self._call is not None:
            wait([self._call], READ_SECONDS)
        else:
            time.sleep(min(READ_SECONDS, max(0.0, self._not_before - now)))

    def _take(self, record: Record) -> None:
        partition = self._partitions.get(record.partition)
        if partition is None or partition.halted_at is not None:
            return
        if record.offset < partition.expected:
            self._went_back(partition, record)
            return
        try:
            self._builder.add(record, expected=partition.expected, now=time.monotonic())
        except UnknownVersion as error:
            self._halt(partition, record, "unknown-version", str(error))
        else:
            partition.expected = record.offset + 1

    def _went_back(self, partition: Partition, record: Record) -> None:
        """Halt at offsets that were passed already, if the topic is the same: Kafka has lost the end of its log."""
        if self._same_topic() is None:
            raise StreamLostError("offsets went back, and Kafka does not say whether the topic is the same")
        self._halt(partition, record, "log-truncated", f"offset {record.offset} came after {partition.expected - 1}")

    def _halt(self, partition: Partition, record: Record, reason: str, detail: str) -> None:
        partition.halted_at = record.timestamp
        self._stream.pause([partition.number])
        metrics.HALTED.labels(str(partition.number), reason).set(1)
        log.error("partition-halted", partition=partition.number, offset=record.offset, reason=reason, detail=detail)

    def _running(self) -> list[int]:
        return [it.number for it in self._partitions.values() if it.halted_at is None]

    def _beat(self) -> None:
        if not self._pulse.is_due():
            return
        for partition in self._partitions.values():
            self._pulse.beat(partition, self._in_hand(partition.number), fetching=not self._paused)
        if not self._builder and time.monotonic() - self._last_read >= IDLE_SECONDS:
            self._last_read = time.monotonic()
            self._look_into_silence()

    def _look_into_silence(self) -> None:
        """Ask Kafka why no record came for some time, when none can wait in librdkafka's queue any more."""
        if self._partitions and self._same_topic() is not None:
            self._look_for_losses()

    def _look_for_losses(self) -> None:
        """Ask where the log begins if records are due and none come: what is not followed by any leaves no gap."""
        for partition in self._partitions.values():
            if not partition.is_behind(self._stream.end(partition.number)):
                continue
            begins = self._stream.beginning(partition.number)
            if begins is not None and begins > partition.expected:
                log.warning("records-lost", partition=partition.number, count=begins - partition.expected)
                now = time.monotonic()
                self._builder.add_loss(partition.number, expected=partition.expected, until=begins, now=now)
                partition.expected = begins

    def _in_hand(self, partition: int) -> int | None:
        oldest = self._batch.oldest(partition) if self._batch else None
        return self._builder.oldest(partition) if oldest is None else oldest

    def _drain(self) -> None:
        """Store what is in hand; the sink is not waited for if it is away."""
        self._draining = True
        self._unopened = ()
        deadline = time.monotonic() + DRAIN_SHARE * self._settings.drain_seconds
        self._not_before = 0.0
        while (self._call or self._batch or self._builder) and self._not_before == 0 and time.monotonic() < deadline:
            self._begin()
            if self._call is not None:
                wait([self._call], READ_SECONDS)
                self._settle()
