"""How long a trial's backlog is waited for."""

from types import SimpleNamespace

import pytest

from telemetry_loadtest.engine import priming
from telemetry_loadtest.engine.priming import Patience
from telemetry_loadtest.trials import LOOKS, SETTLING


class Clock:
    """Passes only where something waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _: float) -> None:
        self.now += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(priming, "time", SimpleNamespace(monotonic=clock.monotonic))
    monkeypatch.setattr(priming, "gevent", SimpleNamespace(sleep=clock.sleep))
    return clock


@pytest.mark.parametrize(
    ("after", "comes", "late"),
    [(0, True, False), (SETTLING - 1, True, False), (SETTLING + 2, True, True), (LOOKS * SETTLING + 2, False, True)],
    ids=["at once", "in time", "late", "never"],
)
def test_what_is_not_there_is_waited_for_and_may_be_late(clock: Clock, after: float, comes: bool, late: bool) -> None:
    patience, begin = Patience(), clock.now
    assert patience.waits(lambda: clock.now >= begin + after) is comes
    assert patience.is_late is late


def test_looking_at_many_takes_long_and_makes_none_of_them_late(clock: Clock) -> None:
    patience = Patience()
    for _ in range(3):
        clock.now += SETTLING
        assert patience.waits(lambda: True)
    assert not patience.is_late
