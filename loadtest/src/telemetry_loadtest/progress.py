"""How far a run is, as its master tells whoever asks on its HTTP port: what is asked where, and in which words.

`engine.control` serves it; the operator asks. All but `/livez` asks for the run's control token, as a Bearer.
"""

from collections import deque
from enum import StrEnum
from typing import Final

import msgspec

from telemetry_loadtest.measured import Began, Line, Passed, Said, Tried

LIVE_PATH: Final = "/livez"
PROGRESS_PATH: Final = "/progress"  # GET: `Progress`
LINES_PATH: Final = "/lines"  # GET, ?from=N: lines of JSON from the N-th on, as the engine says them
RESULT_PATH: Final = "/result"  # GET: `measured.Outcome`, as the plan asks for it; 404 until there is one
STOP_PATH: Final = "/stop"  # POST, with the reason as text: end the run in order, with what was measured
STORED_PATH: Final = "/stored"  # POST: the result stands elsewhere, and the master may end
KEPT_LINES: Final = 3600


class Stage(StrEnum):
    """How far a master is."""

    WAITING = "Waiting"
    """For workers, and the first readings of their devices."""
    RUNNING = "Running"
    MEASURED = "Measured"
    """The result can be had."""


class Progress(msgspec.Struct, frozen=True):
    """Where a run stands: what it does, its newest second, and how many lines were said until now.

    `began` is when its first arrival was due, in seconds since the epoch; `trial` is the newest of a search.
    """

    stage: Stage
    said: str = ""
    began: float | None = None
    last: Passed | None = None
    lines: int = 0
    trial: Tried | None = None


class Board:
    """What a master has said until now."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=KEPT_LINES)
        self._progress = Progress(Stage.WAITING)

    @property
    def progress(self) -> Progress:
        return self._progress

    def note(self, line: Line) -> None:
        self._lines.append(line)
        self._change(lines=self._progress.lines + 1)
        match line:
            case Said(text):
                self._change(said=text)
            case Began(at):
                first = at if self._progress.began is None else self._progress.began
                self._change(stage=Stage.RUNNING, began=first, said="")
            case Tried():
                self._change(trial=line)
            case Passed():
                self._change(last=line)

    def finish(self) -> None:
        """The result can be had."""
        self._change(stage=Stage.MEASURED)

    def lines_from(self, number: int) -> list[Line]:
        """Lines from the `number`-th on, counted from 0; those that are too old are no longer there."""
        first = self._progress.lines - len(self._lines)
        return list(self._lines)[max(number - first, 0) :]

    def _change(self, **changes: object) -> None:
        self._progress = msgspec.structs.replace(self._progress, **changes)


def decode_progress(text: bytes) -> Progress:
    """Return what a master tells.

    Raises:
        msgspec.MsgspecError: it is something else.
    """
    return msgspec.json.decode(text, type=Progress)
