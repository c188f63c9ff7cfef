import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from telemetry_operator.cli import app
from telemetry_operator.client.interrupt import SIGNALS
from telemetry_operator.commands import demo as module
from telemetry_operator.errors import PlatformError

MANIFEST = Path(__file__).parents[3] / "examples" / "kafka.yaml"


class Runner:
    """The local runner as the demonstration sees it: it notes what it was asked to do."""

    def __init__(self) -> None:
        self.up: list[str] = []
        self.down: list[bool] = []
        self.platforms: list[str] = []

    def bring_up(self, platform: object, *_: object) -> None:
        name: str = platform.metadata.name  # type: ignore[attr-defined] # a TelemetryPlatform
        self.up.append(name)
        self.platforms.append(name)

    def bring_down(self, *_: object, delete_data: bool) -> None:
        self.down.append(delete_data)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runner]:
    runner = Runner()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(module, "was_up", lambda name: name in runner.platforms)
    monkeypatch.setattr(module, "bring_up", runner.bring_up)
    monkeypatch.setattr(module, "bring_down", runner.bring_down)
    monkeypatch.setattr(module, "choose_state", lambda name: name)
    monkeypatch.setattr(module, "platform_names", lambda: runner.platforms)
    monkeypatch.setattr(module, "_play", lambda *_, **__: True)
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield runner
    for number, handler in before.items():
        signal.signal(number, handler)


def demo(*arguments: str) -> int:
    return CliRunner().invoke(app, ["demo", str(MANIFEST), *arguments]).exit_code


def test_the_platform_is_brought_up_under_its_own_name_and_ended(runner: Runner) -> None:
    assert demo() == 0
    assert (runner.up, runner.down) == (["demo"], [True])


@pytest.mark.parametrize(("arguments", "lingers"), [([], True), (["--duration", "5s"], False)])
def test_in_a_terminal_it_stays_up_for_who_reads_the_summary(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, arguments: list[str], lingers: bool
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(module, "out", Console(force_terminal=True, file=io.StringIO()))

    def play(*_: object, linger: bool, **__: object) -> bool:
        asked.append(linger)
        return True

    monkeypatch.setattr(module, "_play", play)
    assert demo(*arguments) == 0
    assert asked == [lingers]
    assert runner.down == [True]


def test_data_that_was_there_before_is_kept(runner: Runner) -> None:
    runner.platforms = ["demo"]
    demo()
    assert runner.down == [False]


def test_a_second_one_is_refused_while_the_first_shows(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []

    def play(*_: object, **__: object) -> bool:
        codes.append(demo())
        return True

    monkeypatch.setattr(module, "_play", play)
    assert demo() == 0
    assert codes == [1]
    assert (runner.up, runner.down) == (["demo"], [True])


def test_a_platform_to_be_kept_is_left_running(runner: Runner) -> None:
    assert demo("--keep") == 0
    assert runner.down == []


def test_books_that_do_not_close_are_5_and_the_platform_ends(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_play", lambda *_, **__: False)
    assert demo() == 5
    assert runner.down == [True]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("keep", [[], ["--keep"]])
def test_a_signal_while_it_comes_up_ends_it_even_if_it_was_to_be_kept(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, keep: list[str]
) -> None:
    def interrupted(platform: object, *_: object) -> None:
        runner.bring_up(platform)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(module, "bring_up", interrupted)
    assert demo(*keep) == 130
    assert runner.down == [True]


def test_what_does_not_come_up_is_not_ended_twice(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PlatformError("kafka does not come up")

    monkeypatch.setattr(module, "bring_up", fail)
    assert demo() == 1
    assert runner.down == []
