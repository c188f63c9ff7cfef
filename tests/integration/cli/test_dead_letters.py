"""Dead letters looked at and replayed with telemetryctl, over real platforms."""

import time
from collections import Counter
from uuid import UUID

import psycopg

from telemetry.consumer.dead_letters import CONFLICT, payload_of
from telemetry.core.postgres.ledger import DeadLetter, bury
from telemetry_contract.readings import Reading, Value
from telemetry_contract.records import encode_slice
from telemetry_contract.settings import Component, Variable
from telemetry_contract.times import format_time
from telemetry_operator.commands.output import ExitCode
from tests.integration.cli.conftest import Ctl, Start
from tests.support.books import Books
from tests.support.feed import Feed
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

MINUTE = 60_000_000
NOW = time.time_ns() // 1000 // MINUTE * MINUTE - 10 * MINUTE
LOST_TOPIC = UUID(int=7)


def reading(device: str, number: int, value: Value = 1) -> Reading:
    return Reading(device, NOW + number, {"t": value}, f"r{number}")


def bury_all(url: str, letters: dict[str, Reading]) -> None:
    """Bury readings that the platform can store by now, as a consumer of another topic left them."""
    with psycopg.connect(url) as connection:
        found = [
            DeadLetter(number, 0, reason, payload_of(one.device.encode(), encode_slice(NOW, [one])))
            for number, (reason, one) in enumerate(letters.items())
        ]
        bury(connection, LOST_TOPIC, 0, found)


def send(platform: RunningPlatform, one: Reading) -> None:
    body = {"time": format_time(one.time), "metrics": one.metrics, "id": one.id}
    assert platform.send(one.device, body).is_success


def feed_of(platform: RunningPlatform, bootstrap: str) -> Feed:
    return Feed(bootstrap, platform.process(Component.CONSUMER).environment[Variable.TOPIC_PREFIX])


def test_a_replay_stores_what_can_be_stored_and_says_of_the_rest_why(
    start: Start, database_url: str, redis_url: str, kafka_bootstrap: str
) -> None:
    platform = start("kafka", postgres_url=database_url, redis_url=redis_url, kafka_bootstrap=kafka_bootstrap)
    ctl, books = Ctl(platform), Books(database_url)
    books.execute("ALTER TABLE readings ADD CONSTRAINT no_cursed CHECK (device <> 'cursed')")
    send(platform, reading("d1", 0, value=2))
    platform.until_stored(1, "d1")
    letters = {f"refused {number}": reading("d1", number) for number in range(1, 4)}
    future = Reading("d1", NOW + 400 * 86_400_000_000, {"t": 1}, "future")
    bury_all(database_url, {CONFLICT: reading("d1", 0), **letters, "future": future, "cursed": reading("cursed", 1)})
    feed = feed_of(platform, kafka_bootstrap)
    feed.send_raw(b"d1", b"\x01hello")
    feed.flush()
    wait_until(lambda: len(ctl.plain("dlq", "list")) == 7, what="the poison is buried")

    result = ctl.run("dlq", "replay", "--all")
    assert result.exit_code == ExitCode.NOT_ACCEPTED, result.output
    assert "no_cursed" in "".join(result.stdout.split())
    platform.until_stored(4, "d1")

    fates = Counter(one["fate"] for one in ctl.plain("dlq", "replay", "--all"))
    # The cursed reading has a letter more with each replay, which both say the same of it.
    assert fates == {"already-stored": 3, "conflict": 1, "refused": 1, "undecodable": 1, "dead-again": 2}
    assert Counter(books.stored()) == Counter(set(books.stored()))
    assert len(books.stored()) == 4
    assert all(row.is_balanced for row in books.ledger())
    assert books.total("dead") == 3, "the poison, and the cursed reading twice"


def test_without_a_database_the_consumer_shows_them(start: Start, kafka_bootstrap: str) -> None:
    platform = start("stream-memory", kafka_bootstrap=kafka_bootstrap)
    ctl, feed = Ctl(platform), feed_of(platform, kafka_bootstrap)
    feed.send("d1", reading("d1", 0, value=1), reading("d1", 0, value=2))
    feed.send_raw(b"d1", b"\x01hello")
    feed.flush()
    wait_until(lambda: len(ctl.plain("dlq", "list")) == 2, what="both letters are shown")
    states = {letter["reason"]: letter["state"] for letter in ctl.plain("dlq", "list")}
    assert states[CONFLICT] == "conflict"
    (poison,) = (letter for letter in ctl.plain("dlq", "list") if letter["state"] == "undecodable")
    assert ".hello" in ctl.run("dlq", "show", poison["id"]).stdout
    assert [one["fate"] for one in ctl.plain("dlq", "replay", "--all", "--reason", "conflict")] == ["conflict"]


def test_where_there_is_no_stream_there_are_none(start: Start, database_url: str) -> None:
    ctl = Ctl(start("baseline", postgres_url=database_url))
    assert ctl.plain("dlq", "list") == []
    assert ctl.run("dlq", "replay", "--all").exit_code == ExitCode.OK
