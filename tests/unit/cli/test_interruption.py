import signal
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from telemetry_operator import cli
from telemetry_operator.cli import app
from telemetry_operator.commands.interruption import Interruption, interruption
from telemetry_operator.commands.output import ExitCode, steps
from telemetry_operator.errors import PlatformError


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    before = signal.getsignal(signal.SIGUSR1)
    interruption.heed([signal.SIGUSR1])
    yield
    signal.signal(signal.SIGUSR1, before)
    interruption.answer()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], Result]:
    """Run a command that does this."""

    def run(work: Callable[[], None]) -> Result:
        monkeypatch.setattr("telemetry_operator.commands.lifecycle.choose_state", lambda _: work())
        return CliRunner().invoke(app, ["status"])

    return run


def lose_the_interrupt(error: Exception) -> None:
    try:
        signal.raise_signal(signal.SIGUSR1)
    except KeyboardInterrupt:
        raise error from None


@pytest.mark.parametrize("error", [TypeError("expected a name"), SystemError("an exception set")])
def test_an_interrupt_that_became_another_error_is_still_one(
    run: Callable[[Callable[[], None]], Result], error: Exception
) -> None:
    result = run(lambda: lose_the_interrupt(error))
    assert (result.exit_code, result.stderr) == (ExitCode.INTERRUPTED, "interrupted\n")


@pytest.mark.parametrize("error", [PlatformError("the supervisor does not answer"), OSError("no space left")])
def test_a_cleanup_that_fails_is_told_and_does_not_hide_the_interrupt(
    run: Callable[[Callable[[], None]], Result], error: Exception
) -> None:
    result = run(lambda: lose_the_interrupt(error))
    assert (result.exit_code, result.stderr) == (ExitCode.INTERRUPTED, f"error: {error}\ninterrupted\n")


def test_an_interrupt_that_was_swallowed_ends_the_work_at_its_next_step(
    run: Callable[[Callable[[], None]], Result],
) -> None:
    def work() -> None:
        with steps() as progress:
            try:
                signal.raise_signal(signal.SIGUSR1)
            except KeyboardInterrupt:
                progress.step("next")

    assert run(work).exit_code == ExitCode.INTERRUPTED


def test_an_error_of_nobodys_asking_is_a_defect(run: Callable[[Callable[[], None]], Result]) -> None:
    def work() -> None:
        raise TypeError("ours")

    assert isinstance(run(work).exception, TypeError)


def test_what_goes_wrong_after_the_answer_is_a_failure() -> None:
    asked = Interruption()
    asked.asked = True
    asked.answer()
    asked.check()


@pytest.mark.parametrize(("before", "heeded"), [(signal.SIG_IGN, False), (signal.default_int_handler, True)])
def test_a_ctrl_c_that_the_parent_had_us_ignore_stays_ignored(
    monkeypatch: pytest.MonkeyPatch, before: signal.Handlers, heeded: bool
) -> None:
    monkeypatch.setattr(cli, "app", lambda: None)
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, before)
    try:
        cli.main()
        assert (signal.getsignal(signal.SIGINT) != before) is heeded
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
