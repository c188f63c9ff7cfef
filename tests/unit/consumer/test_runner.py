import threading
from collections.abc import Callable

import pytest

from telemetry.consumer import runner
from telemetry.consumer.runner import Runner
from telemetry.consumer.settings import ConsumerSettings
from telemetry.consumer.stream import StreamLostError
from telemetry.core.settings import parse_settings
from tests.support.memory_sink import MemorySink
from tests.support.waiting import wait_until
from tests.unit.consumer.test_settings import ENVIRONMENT


class Sessions:
    """Sessions that end as the test says, one after another; the last lasts until it is stopped."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.begun = 0

    def __call__(self, *_: object, **__: object) -> "Sessions":
        self.begun += 1
        return self

    def run(self, stopping: threading.Event) -> None:
        if self.errors:
            raise self.errors.pop(0)
        stopping.wait()


Run = Callable[[Sessions], tuple[Runner, threading.Event]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings = parse_settings(ConsumerSettings)

    def start(sessions: Sessions) -> tuple[Runner, threading.Event]:
        failed = threading.Event()
        monkeypatch.setattr(runner, "Session", sessions)
        monkeypatch.setattr(runner, "HeartbeatWriter", Silent)
        started = Runner(settings, MemorySink(), ready=lambda: None, failed=failed.set)
        started.start()
        return started, failed

    return start


class Silent:
    def __init__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_consumer_that_failed_for_good_is_made_anew(run: Run) -> None:
    sessions = Sessions(StreamLostError("fenced"), StreamLostError("fenced again"))
    running, failed = run(sessions)
    wait_until(lambda: sessions.begun == 3, what="a third session runs")
    running.stop()
    assert not failed.is_set()


def test_an_unforeseen_error_ends_the_consumer_and_is_told(run: Run) -> None:
    sessions = Sessions(TypeError("a mistake of ours"))
    _, failed = run(sessions)
    assert failed.wait(10)
    assert sessions.begun == 1
