"""Loads with a name, so that one person's figure can be set beside another's."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from telemetry_loadtest.plan import PieceOfRate, PlannedStage


class Suite(StrEnum):
    """A named load."""

    SMOKE = "smoke"
    BASELINE = "baseline-suite"
    RAMP = "ramp-1000"
    SOAK = "soak"
    CEILING = "ceiling"


class Terms(NamedTuple):
    """A suite's load, the p95 that it promises of every endpoint (ms; None: none), and whether a breach ends it."""

    stages: tuple[PlannedStage, ...]
    p95: float | None = None
    stop: bool = False


def even(rate: float, seconds: float) -> PlannedStage:
    """A stage of one rate."""
    return PlannedStage(f"{rate:g}-a-second", [PieceOfRate(seconds, rate, rate)])


SOAK_RATE: Final = 100.0
CEILING_P95: Final = 300.0  # ms, where none is given: nothing else would end a climb but errors and drops
SUITES: Final[Mapping[Suite, Terms]] = MappingProxyType(
    {
        Suite.SMOKE: Terms((even(25, 20),)),
        Suite.BASELINE: Terms((even(25, 60), even(100, 60), even(250, 60)), p95=300.0),
        Suite.RAMP: Terms(
            (
                PlannedStage("ramp", [PieceOfRate(120, 0, 1000)]),
                PlannedStage("held", [PieceOfRate(60, 1000, 1000)]),
            ),
            p95=300.0,
            stop=True,
        ),
        Suite.SOAK: Terms((even(SOAK_RATE, 3600),), p95=300.0),
    }
)


def terms_of(suite: Suite, seconds: float | None = None) -> Terms:
    """A suite's terms; `seconds` is how long a soak is to last."""
    terms = SUITES[suite]
    return terms if seconds is None else terms._replace(stages=(even(SOAK_RATE, seconds),))
