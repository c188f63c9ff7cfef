"""The collector as a process, against real servers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
from confluent_kafka.admin import AdminClient, NewTopic

from telemetry_loadtest.collector.config import Config, KafkaTarget
from telemetry_loadtest.collector.lines import Line, Missed, decode_line, series_of
from tests.support.waiting import wait_until

SERVERS = {"postgres", "redis", "kafka"}


@contextmanager
def collecting(directory: Path, config: Config) -> Iterator[Path]:
    """Yield the file that grows by lines while the collector runs."""
    file, out = directory / "config.json", directory / "lines"
    file.write_bytes(msgspec.json.encode(config))
    command = [sys.executable, "-P", "-m", "telemetry_loadtest.collector", "--config", str(file), "--output", str(out)]
    with subprocess.Popen(command) as process:
        try:
            yield out
        finally:
            process.terminate()
    assert process.returncode == 0


def lines_of(out: Path) -> list[Line]:
    whole = out.read_bytes().splitlines(keepends=True) if out.exists() else []
    return [decode_line(one) for one in whole if one.endswith(b"\n")]


def measures_of(out: Path) -> dict[str, set[str]]:
    series = [one for one in series_of(lines_of(out), 0) if one.points]
    return {source: {one.measure for one in series if one.source == source} for source in SERVERS}


def test_every_server_says_what_it_can(
    tmp_path: Path, database_url: str, redis_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    admin.create_topics([NewTopic(topic_prefix, 2, 1)])[topic_prefix].result(60)
    kafka = KafkaTarget(kafka_bootstrap, topic_prefix, f"{topic_prefix}-group")
    config = Config(postgres=database_url, redis=redis_url, kafka=kafka, period=0.2)
    expected = {
        "postgres": {"connections", "commits", "rollbacks", "wal"},
        "redis": {"connections", "used-memory", "commands", "evictions"},
        "kafka": {"records-in"},
    }
    with collecting(tmp_path, config) as out:
        wait_until(
            lambda: all(measures_of(out)[one] >= expected[one] for one in SERVERS), what="figures of all", timeout=60
        )
    missed = {one.measure: one.reason for one in lines_of(out) if isinstance(one, Missed)}
    assert missed.keys() == {"group-lag", "bytes-in"}
    assert "committed no offset" in missed["group-lag"]


def test_a_role_without_any_right_of_its_own_is_enough_for_postgresql(
    tmp_path: Path, database_url: str, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS onlooker")
        connection.execute("CREATE ROLE onlooker LOGIN PASSWORD 'looks'")
    scheme, _, rest = database_url.partition("://")
    url = f"{scheme}://onlooker:looks@{rest.rpartition('@')[2]}"
    with collecting(tmp_path, Config(postgres=url, period=0.2)) as out:
        wait_until(lambda: {"connections", "wal"} <= measures_of(out)["postgres"], what="its figures", timeout=30)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE onlooker")


def test_servers_that_are_not_there_are_unavailable_with_the_reason(tmp_path: Path) -> None:
    nobody = "127.0.0.1:1"
    config = Config(f"postgresql://{nobody}/db", f"redis://{nobody}/0", KafkaTarget(nobody, "t", "g"), 0.2)
    with collecting(tmp_path, config) as out:
        wait_until(
            lambda: {one.source for one in series_of(lines_of(out), 0)} == SERVERS, what="a word of each", timeout=60
        )
    series = series_of(lines_of(out), 0)
    assert {one.source for one in series} == SERVERS
    assert all(one.unavailable and not one.points for one in series)
