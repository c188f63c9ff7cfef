"""Signals that end a long step, so that none is lost on its way.

Python raises in whatever code runs when the signal comes. Inside a destructor or a callback from C that exception is
printed at most, and the work would go on as if nobody had asked for its end. So the asking is remembered too.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Final

from telemetry_operator.local.progress import Progress

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class InterruptibleProgress:
    """Progress that ends at the first step after a signal, if its own exception did not end the work already."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.asked = False

    def step(self, text: str) -> None:
        self.check()
        self._progress.step(text)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has come."""
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def interruptible(progress: Progress) -> Iterator[InterruptibleProgress]:
    """Remember signals while the block runs; what handled them before still does. Threads have none to handle."""
    noticing = InterruptibleProgress(progress)
    with ExitStack() as stack:
        if current_thread() is main_thread():
            for number in SIGNALS:
                _notice(number, noticing, stack)
        yield noticing
        noticing.check()


def _notice(number: signal.Signals, noticing: InterruptibleProgress, stack: ExitStack) -> None:
    before = signal.getsignal(number)
    if not callable(before):
        return
    handle: Callable[[int, FrameType | None], object] = before

    def notice(received: int, frame: FrameType | None) -> None:
        noticing.asked = True
        handle(received, frame)

    signal.signal(number, notice)
    stack.callback(signal.signal, number, before)
