"""What a run of scaling found: points of curves, and the processor time of programs by stage."""

import msgspec

from tools.bench.plans import Measured


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: of a line of a curve, at a place on its axis; `units` are readings or answers in one request."""

    curve: str
    line: str
    at: int
    units: int
    measured: Measured

    @property
    def rate(self) -> float:
        return self.measured.rate * self.units


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One path: microseconds of the program's processor time for each request or reading, and shares of it by stage."""

    path: str
    microseconds: float
    samples: int
    stages: dict[str, float]


class Scaling(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    started: str
    took_seconds: float
    machine: dict[str, object]
    warnings: list[str]
    points: list[Point] = []
    profiles: list[Profile] = []
