"""Which times of readings are taken: none that retention is about to drop, none far in the future."""

from typing import Final, NamedTuple

from telemetry_contract.problems import Problem, ProblemKind, problem
from telemetry_contract.readings import Reading
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time

MARGIN_SECONDS: Final = 60.0  # between being taken and being dropped; a reading must not expire on its way


class TimeBounds(NamedTuple):
    """The oldest and the newest time that is taken, in microseconds."""

    oldest: int
    newest: int

    def against(self, reading: Reading) -> Problem | None:
        """Return what stands against a reading's time, if anything does."""
        if self.oldest <= reading.time <= self.newest:
            return None
        if reading.time < self.oldest:
            detail = f"readings older than {format_time(self.oldest)} are not kept"
            return problem(ProblemKind.READING_TOO_OLD, detail)
        return problem(ProblemKind.READING_IN_FUTURE, f"readings later than {format_time(self.newest)} are not taken")


def bounds_at(now: int, *, retention: float, buffer_age: float, clock_skew: float) -> TimeBounds:
    """Return the bounds at `now` (microseconds); the rest is in seconds.

    What is taken will wait about as long as the buffer is old, and retention must not pass it meanwhile.
    """
    oldest = now - int((retention - MARGIN_SECONDS - buffer_age) * MICROSECONDS_PER_SECOND)
    return TimeBounds(min(oldest, now), now + int(clock_skew * MICROSECONDS_PER_SECOND))
