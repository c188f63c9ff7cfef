import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from supervisor import events, process, states  # type: ignore[import-untyped] # it has no types

from telemetry_operator.local.supervisor_pause import LONGEST_PAUSE_SECONDS, cap_pauses


@pytest.fixture(autouse=True)
def capped() -> Iterator[None]:
    cap_pauses(None)
    yield
    events.clear()


def fail_to_start(failing: process.Subprocess) -> int:
    """Return for how many seconds supervisord waits now."""
    failing.state = states.ProcessStates.STARTING
    failing.change_state(states.ProcessStates.BACKOFF)
    return round(float(failing.delay) - time.time())


def test_the_pause_grows_up_to_its_cap_and_stays_there() -> None:
    config = SimpleNamespace(stdout_logfile=None, stderr_logfile=None, name="failing")
    failing = process.Subprocess(config)
    pauses = [fail_to_start(failing) for _ in range(100)]
    assert pauses[:3] == [1, 2, 3]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE_SECONDS
