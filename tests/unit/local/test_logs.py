from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from telemetry_operator.local.logs import Source, follow_all, last_lines, read_tails, tail


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "kafka.log"


def following(log: Path) -> Iterator[str]:
    return follow_all([Source("", log)])


def write(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def test_the_last_lines_are_the_newest(log: Path) -> None:
    log.write_text("one\ntwo\nthree\n")
    assert tail(log, 2) == ["two", "three"]


def test_no_log_has_no_lines(log: Path) -> None:
    assert tail(log, 5) == []
    assert last_lines(log) == "(no log)"


def test_what_is_no_text_is_shown_all_the_same(log: Path) -> None:
    log.write_bytes(b"caf\xff\n")
    assert tail(log, 1) == ["caf\N{REPLACEMENT CHARACTER}"]


def test_lines_of_several_replicas_say_whose_they_are(tmp_path: Path) -> None:
    sources = [Source(name, tmp_path / name) for name in ("producer-1", "producer-2")]
    for source in sources:
        source.path.write_text("ready\n")
    assert read_tails(sources, 10) == ["producer-1: ready", "producer-2: ready"]


Then = Callable[[Callable[[], object]], None]


@pytest.fixture
def then(monkeypatch: pytest.MonkeyPatch) -> Then:
    """Have something happen each time a follower finds nothing new and pauses."""

    def on_pause(happens: Callable[[], object]) -> None:
        monkeypatch.setattr("telemetry_operator.local.logs.time.sleep", lambda _: happens())

    return on_pause


def test_following_begins_with_what_is_written_after(log: Path, then: Then) -> None:
    write(log, "old\n")
    then(lambda: write(log, "new\n"))
    assert next(following(log)) == "new"


def test_a_line_is_followed_when_it_is_whole(log: Path, then: Then) -> None:
    parts = iter(["rea", "dy\n"])
    then(lambda: write(log, next(parts)))
    assert next(following(log)) == "ready"


def test_following_goes_on_in_a_rotated_log(log: Path, then: Then) -> None:
    write(log, "a first file, and longer than the next\n")

    def rotate() -> None:
        log.rename(log.with_suffix(".1"))
        write(log, "rotated\n")

    then(rotate)
    assert next(following(log)) == "rotated"


def test_a_log_that_does_not_exist_yet_is_waited_for(log: Path, then: Then) -> None:
    then(lambda: write(log, "first\n"))
    assert next(following(log)) == "first"
