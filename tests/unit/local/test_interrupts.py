import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from telemetry_operator.local.interrupts import interruptible


class _Steps:
    def __init__(self) -> None:
        self.told: list[str] = []

    def step(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def swallowed() -> Iterator[None]:
    """A handler whose exception gets lost, as one raised inside a destructor does."""

    def lose(_number: int, _frame: FrameType | None) -> None: ...

    before = signal.signal(signal.SIGTERM, lose)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("swallowed")
def test_a_signal_whose_exception_was_lost_ends_the_work_at_the_next_step() -> None:
    told = _Steps()
    with pytest.raises(KeyboardInterrupt), interruptible(told) as steps:  # noqa: PT012 - the steps are the test
        steps.step("one")
        signal.raise_signal(signal.SIGTERM)
        steps.step("two")
    assert told.told == ["one"]


@pytest.mark.usefixtures("swallowed")
def test_a_signal_behind_the_last_step_ends_the_work_too() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible(_Steps()):
        signal.raise_signal(signal.SIGTERM)


def test_what_handled_a_signal_before_still_does_and_does_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible(_Steps()):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_without_a_signal_every_step_is_told() -> None:
    told = _Steps()
    with interruptible(told) as steps:
        steps.step("one")
        steps.step("two")
    assert told.told == ["one", "two"]
