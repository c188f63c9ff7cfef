import threading
from functools import partial
from operator import mul

import pytest

from telemetry.core.worker import Worker


def test_calls_run_in_order_and_answer_in_their_futures() -> None:
    worker = Worker("test")
    futures = [worker.submit(partial(mul, number, 2)) for number in range(5)]
    assert [future.result(5) for future in futures] == [0, 2, 4, 6, 8]
    worker.close(5)


def test_an_error_is_for_whoever_waits_for_the_future() -> None:
    worker = Worker("test")
    with pytest.raises(ZeroDivisionError):
        worker.submit(lambda: 1 / 0).result(5)
    assert worker.submit(lambda: "alive").result(5) == "alive"
    worker.close(5)


def test_a_call_that_never_ends_is_left_behind() -> None:
    worker, release = Worker("test"), threading.Event()
    worker.submit(release.wait)
    worker.close(0.01)
    release.set()
