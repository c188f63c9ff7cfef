from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from telemetry_operator.local.servers import kafka, postgres, valkey
from telemetry_operator.local.servers.jars import DownloadError
from telemetry_operator.local.servers.server import Server, ServerUnavailableError


def describe(name: str, data: Path, *, port: int = 20_001) -> Server:
    if name == "kafka":
        return kafka.describe(data, port=port, controller_port=20_002, cache=data / "cache")
    return {"postgres": postgres, "redis": valkey}[name].describe(data, port=port, password="hunter2")  # type: ignore[no-any-return]


NAMES = ["postgres", "redis", "kafka"]


@pytest.mark.parametrize("name", NAMES)
def test_a_server_is_bound_to_loopback_alone(name: str, tmp_path: Path) -> None:
    described = " ".join(describe(name, tmp_path).program.argv) + str(describe(name, tmp_path).program.files)
    assert "127.0.0.1" in described
    assert "0.0.0.0" not in described


@pytest.mark.parametrize("name", NAMES)
def test_a_password_stands_on_no_command_line(name: str, tmp_path: Path) -> None:
    assert "hunter2" not in " ".join(describe(name, tmp_path).program.argv)


@pytest.mark.parametrize("name", NAMES)
def test_another_port_is_another_program(name: str, tmp_path: Path) -> None:
    digests = {describe(name, tmp_path, port=port).program.digest() for port in (20_001, 20_003)}
    assert len(digests) == 2


def test_postgres_is_durable(tmp_path: Path) -> None:
    argv = describe("postgres", tmp_path).program.argv
    assert {"fsync=on", "synchronous_commit=on"} <= set(argv)


def test_the_cache_drops_the_least_used_when_its_memory_is_full(tmp_path: Path) -> None:
    (configuration,) = describe("redis", tmp_path).program.files.values()
    assert "maxmemory-policy allkeys-lru\n" in configuration


def test_kafka_makes_no_topic_that_nobody_asked_for(tmp_path: Path) -> None:
    (configuration,) = describe("kafka", tmp_path).program.files.values()
    assert "auto.create.topics.enable=false\n" in configuration


@pytest.mark.parametrize(("name", "flag"), [("postgres", "--postgres"), ("redis", "--redis"), ("kafka", "--kafka")])
def test_a_missing_wheel_is_one_line_and_names_both_ways_out(
    name: str, flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_: str) -> ModuleSpec | None:
        return None

    for module in (postgres, valkey, kafka):
        monkeypatch.setattr(module, "find_spec", nothing)
    with pytest.raises(ServerUnavailableError, match="no wheel") as caught:
        describe(name, tmp_path)
    assert "\n" not in str(caught.value)
    assert flag in (caught.value.hint or "")
    assert "external" in (caught.value.hint or "")


def test_jars_that_cannot_be_had_name_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise DownloadError("no network?")

    monkeypatch.setattr(kafka, "provide_jars", unreachable)
    with pytest.raises(ServerUnavailableError, match="no network") as caught:
        describe("kafka", tmp_path).prepare()
    assert "--kafka HOST:PORT" in (caught.value.hint or "")


@pytest.mark.parametrize("content", ["99999999\n/data\n", "\n", "not a number"])
def test_a_lock_of_a_postmaster_that_is_gone_does_not_stop_the_next(content: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    lock = data / "postmaster.pid"
    lock.write_text(content)
    postgres.describe(data, port=20_001, password="hunter2").prepare()
    assert lock.exists() is (content != "99999999\n/data\n")
