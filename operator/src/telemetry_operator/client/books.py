"""The books of a sender: what it offered, what the platform promised to keep, what it refused.

Kept per identity, so that a reading that was sent twice is one promise. `closing` compares them with what is stored.
"""

from collections import Counter
from dataclasses import dataclass, field

from telemetry_contract.api import ItemAnswer, Status
from telemetry_contract.identity import Digest, digest_of, identify
from telemetry_contract.problems import Problem
from telemetry_contract.readings import Reading

MAX_EXAMPLES = 5  # refusals kept word for word, for each code


@dataclass(slots=True)
class DeviceBook:
    """What was acknowledged of one device: identities, and the first and last of their times (µs)."""

    identities: set[bytes] = field(default_factory=set)
    first: int = 0
    last: int = 0

    def add(self, reading: Reading) -> bool:
        """Enter a reading; False if its identity stands here already."""
        identity = identify(reading).identity
        if identity in self.identities:
            return False
        self.first = min(self.first, reading.time) if self.identities else reading.time
        self.last = max(self.last, reading.time) if self.identities else reading.time
        self.identities.add(identity)
        return True

    @property
    def digest(self) -> Digest:
        return digest_of(self.identities)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reading that was refused, and why."""

    reading: Reading
    problem: Problem | None


@dataclass(slots=True)
class Books:
    """Counts are of readings as sent; `devices` holds each acknowledged identity once."""

    offered: int = 0
    requests: int = 0
    retried: int = 0  # readings that were sent again
    repeats: int = 0  # acknowledgements of an identity that was acknowledged before
    acknowledged: Counter[Status] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Refusal]] = field(default_factory=dict)
    devices: dict[str, DeviceBook] = field(default_factory=dict)

    def acknowledge(self, reading: Reading, status: Status) -> None:
        self.acknowledged[status] += 1
        if not self.devices.setdefault(reading.device, DeviceBook()).add(reading):
            self.repeats += 1

    def refuse(self, reading: Reading, item: ItemAnswer) -> None:
        self._note(self.refused, reading, item.problem)

    def give_up(self, reading: Reading, item: ItemAnswer) -> None:
        """The platform never said yes or no in time: it may have kept the reading or not."""
        self._note(self.given_up, reading, item.problem)

    def _note(self, counter: Counter[str], reading: Reading, problem: Problem | None) -> None:
        code = problem.code if problem else "no-reason-given"
        counter[code] += 1
        examples = self.examples.setdefault(code, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(Refusal(reading, problem))

    @property
    def answered(self) -> int:
        """Readings whose fate is known, or no longer asked for."""
        return self.acknowledged.total() + self.refused.total() + self.given_up.total()

    @property
    def identities(self) -> int:
        """Readings that were acknowledged, each identity once."""
        return self.acknowledged.total() - self.repeats

    @property
    def digest(self) -> Digest:
        """Of every acknowledged identity, once."""
        return sum((book.digest for book in self.devices.values()), Digest())
