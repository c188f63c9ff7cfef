"""What the engine is told: a run as plain values, in JSON. It holds no secret, only where one is.

Written by whoever starts a run (telemetryctl, the operator), read by `engine`; a result carries it as it was.
"""

from itertools import takewhile
from typing import Annotated, Final

import msgspec

from telemetry_loadtest.arrivals import Spacing
from telemetry_loadtest.curve import Curve, Piece
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import Stage

Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]

# What a bound may be on, beside percentiles.
ERRORS: Final = "errors"
DROPS: Final = "drops"
FRESHNESS: Final = "freshness"


class PieceOfRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A straight piece of the rate curve, seconds and requests a second."""

    seconds: Positive
    rate_begin: Annotated[float, msgspec.Meta(ge=0)]
    rate_end: Annotated[float, msgspec.Meta(ge=0)]


class PlannedStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stage by its pieces."""

    name: str
    pieces: list[PieceOfRate]
    warm_up: bool = False

    @property
    def seconds(self) -> float:
        return sum(piece.seconds for piece in self.pieces)


class PlannedBound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bound on one endpoint: `measure` is p50 to p99.9 or freshness (ms), errors or drops (share of the offered)."""

    endpoint: str
    measure: str
    limit: float


class Slo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised, and when it counts as broken: `windows` windows of `window` seconds running, after `grace`.

    A window with fewer than `samples` requests of an endpoint says nothing of it.
    """

    bounds: list[PlannedBound]
    window: Positive = 5.0
    windows: AtLeastOne = 3
    samples: AtLeastOne = 20
    grace: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    stop: bool = False


class HealthLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to where the generator is trusted: share of a core, worst delays of a second (ms).

    `share` is how many of the seconds may lie beyond a limit.
    """

    cpu: Positive = 0.9
    loop_lag: Positive = 100.0
    slip: Positive = 100.0
    share: Share = 0.05


class PlannedSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search for the highest rate that holds the SLO: the rate tried first, and how near its ends must come."""

    first: Positive
    precision: Annotated[float, msgspec.Meta(gt=0, le=1)]


class TargetOfLoad(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the load goes, and with what: `keys_file` is the platform's, `credentials_file` the run's own, one of them.

    `certificate_file` is the certificate by which the platform is known, where that is not for authorities to say.
    """

    producer: str
    analytics: str
    keys_file: str = ""
    credentials_file: str = ""
    certificate_file: str = ""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole run. `in_flight` is for all workers together; `timeout`, `connection_age` and `deadline` are seconds.

    `probes` is how many readings a second are followed from their acceptance until they can be read. Under a `search`
    the stages are those of its first trial (`trials`), and `deadline` is that of the whole.
    """

    run: str
    seed: int
    stages: list[PlannedStage]
    weights: dict[Endpoint, Positive]
    target: TargetOfLoad
    slo: Slo
    spacing: Spacing = Spacing.UNIFORM
    devices: AtLeastOne = 200
    batch: AtLeastOne = 100
    workers: AtLeastOne = 1
    in_flight: AtLeastOne = 1000
    timeout: Positive = 10.0
    connection_age: Positive = 30.0
    deadline: Positive | None = None
    probes: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    measure_ceiling: bool = True
    health: HealthLimits = HealthLimits()
    search: PlannedSearch | None = None

    @property
    def curve(self) -> Curve:
        pieces = (piece for stage in self.stages for piece in stage.pieces)
        return Curve(tuple(Piece(one.seconds, one.rate_begin, one.rate_end) for one in pieces))

    @property
    def warm_up_seconds(self) -> float:
        """How long the stages last that begin the run and are judged by nobody."""
        return sum(stage.seconds for stage in takewhile(lambda one: one.warm_up, self.stages))

    @property
    def device_names(self) -> list[str]:
        """The run's own devices: no other run has them."""
        return [f"bench-{self.run}-{number:04d}" for number in range(self.devices)]

    @property
    def probe_name(self) -> str:
        return f"bench-{self.run}-probe"


def timed_stages(plan: Plan) -> list[Stage]:
    """The stages on the run's clock."""
    stages, begin = list[Stage](), 0.0
    for one in plan.stages:
        end = begin + one.seconds
        rates = one.pieces[0].rate_begin, one.pieces[-1].rate_end
        stages.append(Stage(one.name, begin, end, *rates, warm_up=one.warm_up))
        begin = end
    return stages


def encode_plan(plan: Plan) -> bytes:
    return msgspec.json.encode(plan)


def decode_plan(text: bytes) -> Plan:
    """Return a plan.

    Raises:
        msgspec.MsgspecError: the text is none.
    """
    return msgspec.json.decode(text, type=Plan)
