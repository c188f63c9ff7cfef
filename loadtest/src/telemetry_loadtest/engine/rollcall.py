"""The roll call before a run: which workers are ready, and whether one start can be told to all of them."""

from math import inf

from telemetry_loadtest.endings import Ending
from telemetry_loadtest.engine.errors import EngineError
from telemetry_loadtest.engine.messages import Ready


class RollCall:
    """Waits for workers 0 to `workers` - 1, whose clocks may be `tolerance` seconds off the master's."""

    def __init__(self, workers: int, tolerance: float = inf) -> None:
        self._workers = workers
        self._tolerance = tolerance
        self._ready: dict[int, Ready] = {}

    @property
    def complete(self) -> bool:
        return len(self._ready) == self._workers

    @property
    def ceiling(self) -> float | None:
        """What the first worker measured of itself."""
        return self._ready[0].ceiling if 0 in self._ready else None

    def enter(self, ready: Ready, now: float) -> None:
        """Enter a worker that is ready at `now` on the master's clock.

        Raises:
            EngineError: its clock is not the master's: it would begin at another time than the others.
        """
        behind = now - ready.at
        if abs(behind) > self._tolerance:
            which = "behind" if behind > 0 else "ahead of"
            raise EngineError(
                Ending.CLOCKS_DIFFER,
                f"the clock of worker {ready.worker} is {abs(behind):.1f} s {which} the master's, and workers begin by "
                f"the clock (at most {self._tolerance:g} s are allowed): set the clocks of their nodes",
            )
        self._ready[ready.worker] = ready

    def missing(self, seconds: float) -> EngineError:
        """The error of a run whose workers did not get ready within `seconds`."""
        absent = ", ".join(str(number) for number in range(self._workers) if number not in self._ready)
        found = f"{len(self._ready)} of {self._workers} workers were ready after {seconds:g} s"
        return EngineError(Ending.WORKERS_MISSING, f"{found}; not ready: {absent}")
