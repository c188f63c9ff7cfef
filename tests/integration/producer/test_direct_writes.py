"""A platform without a stream, while its processes meet at the same rows and its database comes and goes."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from telemetry_contract.settings import Component
from telemetry_contract.times import format_time
from tests.support.books import Books
from tests.support.clients import Clients
from tests.support.platform import RunningPlatform
from tests.support.servers import describe_postgres, running
from tests.support.waiting import wait_until

SPEC: dict[str, Any] = {
    "architecture": "baseline",
    "retention": "7d",
    "rateLimits": {"token": {"rate": 100_000, "burst": 100_000}},
}


def start_platform(directory: Path, postgres_url: str) -> RunningPlatform:
    platform = RunningPlatform(SPEC, directory, postgres_url=postgres_url)
    assert platform.process(Component.PREPARE).start().wait(120) == 0
    platform.process(Component.PRODUCER).start().until_ready()
    return platform


@pytest.fixture
def platform(tmp_path: Path, database_url: str) -> Iterator[RunningPlatform]:
    started = start_platform(tmp_path, database_url)
    yield started
    started.stop()


def until_acknowledged(clients: Clients, more: int = 300) -> None:
    wanted = len(clients.acknowledged) + more
    wait_until(lambda: len(clients.acknowledged) >= wanted, what=f"{wanted} readings are acknowledged")


def check(clients: Clients, books: Books) -> None:
    stored = books.check_promise(sent=clients.sent, acknowledged=clients.acknowledged)
    assert stored == len(clients.acknowledged), "the clients went on until all was acknowledged"


def test_two_processes_meet_at_the_same_devices_without_deadlock(platform: RunningPlatform, database_url: str) -> None:
    platform.process(Component.PRODUCER, replica=1).start().until_ready()
    with Clients(platform, clients=16) as clients:
        until_acknowledged(clients, 3000)
    for replica in (0, 1):
        assert platform.process(Component.PRODUCER, replica).metric("telemetry_writer_group_readings_count") > 0
    books = Books(database_url)
    check(clients, books)
    assert set(clients.statuses) == {200}
    deadlocks = books.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks == [(0,)]


def test_a_producer_stopped_in_the_middle_does_not_hold_others_up(platform: RunningPlatform, database_url: str) -> None:
    stopped, other = platform.process(Component.PRODUCER), platform.process(Component.PRODUCER, replica=1)
    other.start().until_ready()
    count = "telemetry_writer_group_readings_count"
    with Clients(platform, clients=16) as clients:
        until_acknowledged(clients)
        stopped.signal(signal.SIGSTOP)
        before = other.metric(count)
        wait_until(lambda: other.metric(count) > before + 20, what="the other goes on")
        stopped.signal(signal.SIGCONT)
        until_acknowledged(clients)
    check(clients, Books(database_url))


def test_a_producer_killed_under_load_loses_and_doubles_nothing(platform: RunningPlatform, database_url: str) -> None:
    with Clients(platform) as clients:
        until_acknowledged(clients)
        platform.process(Component.PRODUCER).kill()
        platform.process(Component.PRODUCER).start().until_ready()
        until_acknowledged(clients)
    check(clients, Books(database_url))


def test_a_producer_told_to_end_answers_what_it_took(platform: RunningPlatform, database_url: str) -> None:
    with Clients(platform) as clients:
        until_acknowledged(clients)
        assert platform.process(Component.PRODUCER).stop() == 0
        platform.process(Component.PRODUCER).start().until_ready()
        until_acknowledged(clients)
    check(clients, Books(database_url))


def test_postgres_killed_under_load_costs_answers_but_no_reading(tmp_path: Path) -> None:
    with running(describe_postgres(tmp_path), tmp_path) as postgres:
        platform = start_platform(tmp_path / "platform", postgres.address)
        producer = platform.process(Component.PRODUCER)
        try:
            with Clients(platform) as clients:
                for _ in range(2):
                    until_acknowledged(clients)
                    postgres.kill()
                    wait_until(lambda: producer.metric("telemetry_server_up", server="PostgreSQL") == 0, what="noticed")
                    answer = platform.send("pump-1", {"time": format_time(time.time_ns() // 1000), "metrics": {"a": 1}})
                    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                    assert int(answer.headers["retry-after"]) >= 1
                    postgres.start()
                until_acknowledged(clients)
            assert clients.statuses[503] > 0
            assert set(clients.statuses) <= {200, 503}
            check(clients, Books(postgres.address))
        finally:
            platform.stop()
