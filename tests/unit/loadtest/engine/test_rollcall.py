import pytest

from telemetry_loadtest.endings import Ending
from telemetry_loadtest.engine.errors import EngineError
from telemetry_loadtest.engine.messages import Ready
from telemetry_loadtest.engine.rollcall import RollCall


def test_all_are_there_when_each_index_was_heard_of() -> None:
    roll = RollCall(2)
    roll.enter(Ready(1, 5.0), 5.0)
    roll.enter(Ready(1, 5.0), 5.0)
    assert not roll.complete
    roll.enter(Ready(0, 5.0, 2500.0), 5.0)
    assert (roll.complete, roll.ceiling) == (True, 2500.0)


def test_who_is_missing_is_told_by_index() -> None:
    roll = RollCall(4)
    roll.enter(Ready(2, 0.0), 0.0)
    words = roll.missing(300).last_words
    assert words == (Ending.WORKERS_MISSING, "1 of 4 workers were ready after 300 s; not ready: 0, 1, 3")


@pytest.mark.parametrize(("at", "which"), [(90.0, "10.0 s behind"), (103.0, "3.0 s ahead of")])
def test_a_worker_by_another_clock_is_refused(at: float, which: str) -> None:
    with pytest.raises(EngineError, match=f"worker 1 is {which} the master's") as refused:
        RollCall(2, tolerance=2).enter(Ready(1, at), 100.0)
    assert refused.value.last_words.ending is Ending.CLOCKS_DIFFER


def test_a_message_may_take_its_time() -> None:
    RollCall(1, tolerance=2).enter(Ready(0, 98.5), 100.0)
