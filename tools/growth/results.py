"""What a run of growth found; all shares and verdicts are computed from it (`judging`)."""

import msgspec


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from starting a service's process to its first 200 at `/readyz`, one for each time."""

    preset: str
    service: str
    seconds: list[float]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A service's resident memory (bytes) after so many units: readings taken in or stored, or requests answered."""

    units: int
    resident: int


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """One service under load, round by round; the first `warm` looks are warm-up.

    `held` is the number of readings that a store in memory holds, and what it states as bytes for each.
    """

    preset: str
    service: str
    unit: str
    warm: int
    looks: list[Look]
    held: int = 0
    bytes_per_reading: float = 0.0


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A database's size, in bytes."""

    readings: int
    devices: int
    partitions: int
    fill_seconds: float
    heap: int
    indexes: int
    beside: int
    """Newest values and counts."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of each answer to one kind of question: over the short history, again over it, over the long one."""

    question: str
    short: list[float]
    again: list[float]
    long: list[float]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How PostgreSQL found the answer: what it scanned, the pages that took, and its own words."""

    question: str
    readings: int
    scans: list[str]
    pages: int
    text: str


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured in one go; a part that was not asked for is empty."""

    started: str
    took_seconds: float
    machine: dict[str, object]
    warnings: list[str]
    starts: list[Start] = []
    memories: list[Memory] = []
    histories: list[History] = []
    asked: list[Asked] = []
    plans: list[Plan] = []

    @property
    def is_empty(self) -> bool:
        return not (self.starts or self.memories or self.histories)

    def without(self, other: "Growth") -> "Growth":
        """Return what this has and another has not: starts and memory by preset, long histories as a whole."""
        started = {it.preset for it in other.starts}
        remembered = {it.preset for it in other.memories}
        return msgspec.structs.replace(
            self,
            starts=[it for it in self.starts if it.preset not in started],
            memories=[it for it in self.memories if it.preset not in remembered],
            histories=[] if other.histories else self.histories,
            asked=[] if other.histories else self.asked,
            plans=[] if other.histories else self.plans,
        )
