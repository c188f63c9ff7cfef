"""What a run of held load found, second by second; verdicts are computed from it (`judging`)."""

import msgspec


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the arrivals of one second: answers by status or fault, latencies (ms).

    Those of accepted requests count from when they were due, those of refusals from when they were written.

    `unsent` are arrivals that found no free connection until they were given up.
    """

    offered: int
    answers: dict[str, int]
    unsent: int = 0
    p50: float | None = None
    p99: float | None = None
    refused_p50: float | None = None
    refused_p99: float | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A rate of arrivals and what came of it; latencies are over all of it.

    Those of `served` are of accepted requests too, from when they were written: without the wait for a connection.
    """

    rate: float
    seconds: list[Second]
    p50: float | None = None
    p99: float | None = None
    refused_p50: float | None = None
    refused_p99: float | None = None
    served_p50: float | None = None
    served_p99: float | None = None


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the programs said of themselves so many seconds after the phase began; nothing of a buffer without one."""

    at: float
    lag: int = 0
    oldest: float = 0.0
    buffer_age: float = 0.0


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from a reading's acknowledgement until reading it back showed it; `unseen` were not seen in time.

    `at_first_look` is how many the first look showed.
    """

    seconds: list[float]
    at_first_look: int = 0
    unseen: int = 0


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Load that lasts."""

    stage: Stage
    samples: list[Sample]
    freshness: Freshness


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """A backlog that drains while live readings come."""

    readings: int
    live: Stage
    drained_seconds: float
    samples: list[Sample]


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer that is gone: how old the oldest waiting reading was at the first refusal, and how soon all went on.

    `refused_at` is in seconds from the first reading that nobody stored; `recovered_seconds` from the consumer's start.
    """

    most_age: float
    refused_at: float
    code: str
    accepted: int
    stored: int
    recovered_seconds: float


class Overload(msgspec.Struct, frozen=True, kw_only=True):
    """Before, during and after more than is carried."""

    before: Stage
    during: Stage
    after: Stage


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One preset; `carried` is requests a second, measured just before, and `carried_as` by what."""

    preset: str
    carried: float
    carried_as: str
    held: Held | None = None
    backlog: Backlog | None = None
    age: Age | None = None
    overload: Overload | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured in one go."""

    started: str
    took_seconds: float
    machine: dict[str, object]
    warnings: list[str]
    outcomes: list[Outcome]

    @property
    def is_empty(self) -> bool:
        return not self.outcomes

    def without(self, other: "Run") -> "Run":
        """Return this with the outcomes of those presets that another has none of."""
        anew = {outcome.preset for outcome in other.outcomes}
        return msgspec.structs.replace(self, outcomes=[it for it in self.outcomes if it.preset not in anew])
