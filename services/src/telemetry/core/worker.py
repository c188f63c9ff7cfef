"""One thread for what waits on a server, so that a loop can go on meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs one call after another. Its thread is a daemon: a server that never answers must not keep the process."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name=name, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], T]) -> "Future[T]":
        """Run a call after those before it, in the caller's context: what it logs is of the caller's trace."""
        future: Future[T] = Future()
        context = copy_context()

        def run() -> None:
            try:
                future.set_result(context.run(call))
            except BaseException as error:  # noqa: BLE001 - whoever waits for the future decides
                future.set_exception(error)

        self._calls.put(run)
        return future

    def close(self, timeout: float) -> None:
        """End after the calls that were submitted, or leave the thread behind after `timeout` seconds."""
        self._calls.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
