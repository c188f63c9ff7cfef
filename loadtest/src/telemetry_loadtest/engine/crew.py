"""A master's workers: what is told to all of them, what they say, and which of them are lost.

Locust keeps them and carries the messages. A worker of which nothing is heard for long is lost.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog
from gevent.queue import Empty, Queue
from locust.runners import MasterRunner

from telemetry_loadtest.engine import messages
from telemetry_loadtest.engine.worker import SILENCE

log = structlog.get_logger(__name__)

TICK: Final = 0.2  # seconds
_KINDS: Final = (messages.READY, messages.REPORT, messages.DRAINED, messages.FINAL, messages.FAILED)


class Crew:
    """Workers 0 to `size` - 1."""

    def __init__(self, runner: MasterRunner, size: int) -> None:
        self.size = size
        self.lost: dict[int, str] = {}
        self._runner = runner
        self._messages: Queue[tuple[str, bytes]] = Queue()
        self._heard: dict[int, float] = {}
        for kind in _KINDS:
            runner.register_message(kind, self._listener(kind))

    @property
    def left(self) -> set[int]:
        """Those that are not lost."""
        return set(range(self.size)) - self.lost.keys()

    def tell(self, kind: str, message: msgspec.Struct | None = None) -> None:
        data = None if message is None else messages.pack(message)
        self._runner.send_message(kind, data)  # type: ignore[arg-type] # as in worker

    def next(self) -> tuple[str, bytes]:
        """The next message and its kind; empty where none came within a tick."""
        try:
            return self._messages.get(timeout=TICK)
        except Empty:
            return "", b""

    def expect(self, seconds: float = 0.0) -> None:
        """Every worker is to say something, though none need within so many seconds."""
        self._heard = dict.fromkeys(self.left, time.monotonic() + seconds)

    def hear(self, worker: int) -> None:
        """A worker has said something, and is to go on."""
        self._heard[worker] = time.monotonic()

    def excuse(self, worker: int) -> None:
        """A worker has said all that it had to."""
        self._heard.pop(worker, None)

    def miss(self) -> None:
        """Give up those that have been silent for too long."""
        for worker, heard in self._heard.items():
            if time.monotonic() - heard > SILENCE:
                self.lose(worker, f"nothing heard for {SILENCE:g} s")

    def lose(self, worker: int, reason: str) -> None:
        """Go on without a worker."""
        if worker not in self.lost:
            log.error("worker-lost", worker=worker, reason=reason)
            self.lost[worker] = f"worker {worker} was lost ({reason})"

    def _listener(self, kind: str) -> Callable[..., None]:
        def listen(msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
            self._messages.put((kind, msg.data))

        return listen
