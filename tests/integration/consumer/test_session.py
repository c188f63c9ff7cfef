"""The loop against Kafka itself: what it reads, what it tells, and what it does when something is away."""

from collections.abc import Callable
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from prometheus_client import REGISTRY

from telemetry.consumer.runner import Runner
from telemetry_contract.topics import consumer_group
from tests.integration.consumer.conftest import PARTITIONS, Heartbeats
from tests.support.feed import Feed, now_microseconds, readings_of
from tests.support.memory_sink import MemorySink
from tests.support.waiting import wait_until

Run = Callable[[MemorySink], Runner]


def has_all(sink: MemorySink, feed: Feed) -> Callable[[], bool]:
    return lambda: set(sink.identities) == feed.acknowledged and len(sink.identities) == len(feed.acknowledged)


def feed_devices(feed: Feed, count: int, *, first: int = 0) -> None:
    for device in range(8):
        feed.send(f"pump-{device}", *readings_of(f"pump-{device}", count, first=first))
    feed.flush()


def test_what_stands_in_the_topic_comes_in_once(feed: Feed, sink: MemorySink, run: Run) -> None:
    feed_devices(feed, 500)
    run(sink)
    wait_until(has_all(sink, feed), what="all is stored")
    assert sink.counts.records_read == feed.records


def test_stopping_closes_the_sink_behind_what_was_read(feed: Feed, sink: MemorySink, run: Run) -> None:
    runner = run(sink)
    feed_devices(feed, 5)
    wait_until(has_all(sink, feed), what="all is stored")
    runner.stop()
    assert sink.closed


def test_a_second_consumer_goes_on_where_the_sink_says(feed: Feed, sink: MemorySink, run: Run) -> None:
    first = run(sink)
    feed_devices(feed, 5)
    wait_until(has_all(sink, feed), what="the first has stored all")
    first.stop()
    feed_devices(feed, 5, first=5)
    run(sink)
    wait_until(has_all(sink, feed), what="the second has stored the rest")


def test_while_the_sink_is_away_records_wait_and_heartbeats_tell_since_when(
    feed: Feed, sink: MemorySink, run: Run, heartbeats: Heartbeats
) -> None:
    run(sink)
    wait_until(lambda: len(heartbeats.newest()) == PARTITIONS, what="all partitions beat")
    sink.away.set()
    before = now_microseconds()
    for round_ in range(20):  # more than a batch may hold: it must pause, and keep its place in the group
        feed_devices(feed, 25, first=25 * round_)
    after = now_microseconds()

    def all_tell() -> bool:
        return all(it.oldest_unread and before <= it.oldest_unread <= after for it in heartbeats.newest().values())

    wait_until(lambda: sink.refused >= 3, what="the loop has tried again")
    wait_until(all_tell, what="both partitions tell how old what they hold is")
    sink.away.clear()
    wait_until(has_all(sink, feed), what="all is stored after the sink's return")
    wait_until(lambda: all(it.oldest_unread is None for it in heartbeats.newest().values()), what="nothing is unread")


def test_a_sink_that_is_away_at_the_start_is_waited_for(feed: Feed, sink: MemorySink, run: Run) -> None:
    sink.away.set()
    run(sink)
    feed_devices(feed, 5)
    wait_until(lambda: sink.refused >= 2, what="positions were asked for")
    sink.away.clear()
    wait_until(has_all(sink, feed), what="all is stored")


def test_a_newer_version_halts_its_partition_and_no_other(
    feed: Feed, sink: MemorySink, run: Run, heartbeats: Heartbeats
) -> None:
    run(sink)
    feed.send_raw(b"newer", b"\x07what a newer release writes", partition=0)
    feed.flush()
    labels = {"partition": "0", "reason": "unknown-version"}
    halted = wait_until(
        lambda: REGISTRY.get_sample_value("telemetry_consumer_halted", labels), what="partition 0 is halted"
    )
    assert halted == 1
    feed.send_raw(b"behind", b"\x01junk", partition=0)
    feed.send_raw(b"other", b"\x01junk", partition=1)
    feed.flush()
    wait_until(lambda: len(sink.undecoded) == 1, what="partition 1 goes on")
    wait_until(lambda: 0 in heartbeats.newest() and heartbeats.newest()[0].oldest_unread, what="partition 0 ages")
    assert sink.counts.records_read == 1


def test_somebody_else_moving_the_position_makes_it_read_anew(feed: Feed, sink: MemorySink, run: Run) -> None:
    run(sink)
    feed_devices(feed, 2)
    wait_until(has_all(sink, feed), what="all is stored")
    for key in sink.at:  # as if the next 0 records had been another consumer's, who started over
        sink.at[key] = 0
    feed_devices(feed, 2, first=2)
    wait_until(lambda: set(sink.identities) == feed.acknowledged, what="all is stored")
    wait_until(lambda: sum(sink.at.values()) == feed.records, what="the positions are at the end again")


def test_what_retention_took_is_counted_when_something_follows(
    feed: Feed, sink: MemorySink, run: Run, admin: AdminClient
) -> None:
    feed_devices(feed, 2)
    forget_all(admin, feed)
    later = feed.records
    feed_devices(feed, 2, first=2)
    run(sink)
    wait_until(lambda: sum(sink.at.values()) == feed.records, what="all offsets are passed")
    assert (sink.counts.records_lost, sink.counts.records_read) == (later, feed.records - later)


def test_what_retention_took_is_counted_even_if_nothing_follows(
    feed: Feed, sink: MemorySink, run: Run, admin: AdminClient
) -> None:
    feed_devices(feed, 2)
    forget_all(admin, feed)
    run(sink)
    wait_until(lambda: sum(sink.at.values()) == feed.records, what="all offsets are passed")
    assert (sink.counts.records_lost, sink.counts.records_read) == (feed.records, 0)


def test_offsets_are_mirrored_to_kafka_for_lag_tools(
    feed: Feed, sink: MemorySink, run: Run, admin: AdminClient, topic_prefix: str
) -> None:
    run(sink)
    feed_devices(feed, 2)

    def mirrored() -> int:
        groups = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(consumer_group(topic_prefix))])
        (answer,) = [result(future) for future in groups.values()]
        return sum(max(0, it.offset) for it in answer.topic_partitions or [])

    wait_until(lambda: mirrored() == feed.records, what="Kafka knows the offsets")


def result(request: Any) -> Any:  # noqa: ANN401 - each request has a future of another type
    return request.result(30)


def forget_all(admin: AdminClient, feed: Feed) -> None:
    """Have Kafka delete all records that are there, as retention would."""
    partitions = [TopicPartition(feed.topic, number) for number in range(PARTITIONS)]
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call] # the library left it untyped
    ends = admin.list_offsets(dict.fromkeys(partitions, latest))
    upto = [TopicPartition(feed.topic, it.partition, result(future).offset) for it, future in ends.items()]
    for future in admin.delete_records(upto).values():
        result(future)
