"""Ctrl-C and its kin while a command works: noted, so that none is lost.

The KeyboardInterrupt alone can be: C code that calls Python may swallow it or raise an error of its own in its place, a
destructor cannot raise it, and an error of the clean-up takes its place.
"""

import signal
from collections.abc import Iterable
from typing import NoReturn


class Interruption:
    """Whether somebody asked the command to end, and has had no answer yet."""

    def __init__(self) -> None:
        self.asked = False

    def heed(self, signals: Iterable[signal.Signals]) -> None:
        """Let these signals end the command."""
        for number in signals:
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise the interrupt that something has swallowed.

        Raises:
            KeyboardInterrupt: it was asked for.
        """
        if self.asked:
            raise KeyboardInterrupt

    def answer(self) -> None:
        """Take the request as heard: whatever goes wrong from now on is a failure of its own."""
        self.asked = False

    def _note(self, *_: object) -> NoReturn:
        self.asked = True
        raise KeyboardInterrupt


interruption = Interruption()
