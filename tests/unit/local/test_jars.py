import hashlib
from pathlib import Path

import pytest

from telemetry_operator.local.servers.jars import (
    CacheError,
    DownloadError,
    JarMismatchError,
    Pin,
    provide_jars,
    read_pins,
)

CONTENT = b"a released jar"
PIN = Pin(hashlib.sha256(CONTENT).hexdigest(), "org.example", "broker", "1.0")


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven repository of this machine that has the jar; returns the jar's path in it."""
    monkeypatch.setenv("M2_REPO", str(tmp_path / "maven"))
    jar = tmp_path / "maven/org/example/broker/1.0/broker-1.0.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(CONTENT)
    return jar


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "jars"


def test_every_jar_of_kafka_is_pinned_once() -> None:
    pins = read_pins()
    assert len({pin.filename for pin in pins}) == len(pins) == 46
    assert all(len(bytes.fromhex(pin.sha256)) == 32 for pin in pins)
    assert any(pin.filename == "kafka_2.13-4.1.1.jar" for pin in pins)


def test_a_jar_that_maven_has_already_is_taken_from_there(maven: Path, jars: Path) -> None:
    provide_jars(jars, [PIN])
    assert (jars / PIN.filename).read_bytes() == CONTENT


def test_nothing_else_is_left_in_the_cache(maven: Path, jars: Path) -> None:
    provide_jars(jars, [PIN])
    assert {path.name for path in jars.iterdir()} == {PIN.filename, ".lock"}


def test_jars_that_are_there_and_right_need_no_repository(maven: Path, jars: Path) -> None:
    provide_jars(jars, [PIN])
    maven.write_bytes(b"something else")
    provide_jars(jars, [PIN])


def test_a_spoilt_jar_is_replaced(maven: Path, jars: Path) -> None:
    provide_jars(jars, [PIN])
    (jars / PIN.filename).write_bytes(CONTENT[:5])
    provide_jars(jars, [PIN])
    assert (jars / PIN.filename).read_bytes() == CONTENT


def test_another_jar_than_the_pinned_one_is_refused(maven: Path, jars: Path) -> None:
    maven.write_bytes(b"an attacker's jar")
    with pytest.raises(JarMismatchError, match=r"broker 1\.0: its SHA-256 is not the pinned one"):
        provide_jars(jars, [PIN])
    assert not (jars / PIN.filename).exists()


def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="cannot write the cache directory") as caught:
        provide_jars(tmp_path / "file" / "jars", [PIN])
    assert "XDG_CACHE_HOME" in (caught.value.hint or "")


def test_no_network_is_told_apart(tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "empty"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with pytest.raises(DownloadError, match="no network"):
        provide_jars(jars, [PIN])
