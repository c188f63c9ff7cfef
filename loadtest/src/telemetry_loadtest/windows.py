"""What a worker tells each second, and how it counts it: the messages between `engine`'s worker and master.

Counts are of what happened since the report before; tallies are sparse histograms (`histogram.Tally`), so nothing is
lost on the way, and the master adds them up.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from telemetry_contract.api import Status
from telemetry_contract.identity import MODULUS, Digest
from telemetry_loadtest.checking import Judged
from telemetry_loadtest.histogram import Tally, count
from telemetry_loadtest.results import HealthSample
from telemetry_loadtest.workload import Call, Written

MOST_UNCERTAIN: Final = 5000  # readings of a worker that are kept one by one; more only are counted


class Cell(msgspec.Struct):
    """Answers of one kind to requests that were due in one stage (its number)."""

    stage: int
    endpoint: str
    status: str
    good: bool
    latency: Tally
    service: Tally

    @property
    def count(self) -> int:
        return sum(self.latency.values())


class Report(msgspec.Struct):
    """One second of one worker; `offered` and `dropped` by stage and endpoint, `in_flight` and `waiting` at its end."""

    worker: int
    at: int
    offered: list[tuple[int, str, int]]
    dropped: list[tuple[int, str, int]]
    started: int
    in_flight: int
    waiting: int
    cells: list[Cell]
    health: HealthSample


class Accounts(msgspec.Struct, frozen=True):
    """A worker's books: digests of what it sent and what was acknowledged, and what was never decided.

    `uncertain_count` may be larger than the list, which is bounded.
    """

    sent: Digest = Digest()
    acknowledged: Digest = Digest()
    acknowledged_as: dict[Status, int] = {}
    uncertain: list[Written] = []
    uncertain_count: int = 0

    def __add__(self, other: "Accounts") -> "Accounts":
        kinds = self.acknowledged_as.keys() | other.acknowledged_as.keys()
        return Accounts(
            self.sent + other.sent,
            self.acknowledged + other.acknowledged,
            {kind: self.acknowledged_as.get(kind, 0) + other.acknowledged_as.get(kind, 0) for kind in sorted(kinds)},
            self.uncertain + other.uncertain,
            self.uncertain_count + other.uncertain_count,
        )


class Ledger:
    """Keeps a worker's books while it sends."""

    def __init__(self) -> None:
        self._sent = [0, 0]
        self._acknowledged = [0, 0]
        self._kinds: dict[Status, int] = {}
        self._uncertain: list[Written] = []
        self._uncertain_count = 0
        self._open: dict[int, Call] = {}

    def send(self, call: Call) -> None:
        self._open[id(call)] = call
        self._sent[0] += len(call.written)
        self._sent[1] += sum(int.from_bytes(one.identity) for one in call.written)

    def enter(self, call: Call, judged: Judged) -> None:
        """Enter what came of a call that was sent."""
        del self._open[id(call)]
        for one, status in judged.acknowledged:
            self._acknowledged[0] += 1
            self._acknowledged[1] += int.from_bytes(one.identity)
            self._kinds[status] = self._kinds.get(status, 0) + 1
        self._doubt(judged.uncertain)

    def close(self) -> Accounts:
        """The books as they stand; of what was sent and not entered nobody knows."""
        for call in self._open.values():
            self._doubt(call.written)
        sent, acknowledged = (Digest(many, total % MODULUS) for many, total in (self._sent, self._acknowledged))
        return Accounts(sent, acknowledged, dict(self._kinds), self._uncertain, self._uncertain_count)

    def _doubt(self, written: Sequence[Written]) -> None:
        self._uncertain_count += len(written)
        self._uncertain.extend(written[: MOST_UNCERTAIN - len(self._uncertain)])


class Recorder:
    """Counts what happens in a worker, and hands it over by the second."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._clear()

    def offer(self, stage: int, endpoint: str) -> None:
        key = (stage, endpoint)
        self._offered[key] = self._offered.get(key, 0) + 1

    def drop(self, stage: int, endpoint: str) -> None:
        key = (stage, endpoint)
        self._dropped[key] = self._dropped.get(key, 0) + 1

    def start(self) -> None:
        self._started += 1
        self.in_flight += 1

    def end(self, stage: int, endpoint: str, judged: Judged, latency: int, service: int) -> None:
        """Count an answer; latency and service are µs."""
        self.in_flight -= 1
        key = (stage, endpoint, judged.label, judged.good)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell(stage, endpoint, judged.label, judged.good, {}, {})
        count(cell.latency, latency)
        count(cell.service, service)

    def cut(self, *, waiting: int, health: HealthSample) -> Report:
        """Return what was counted since the cut before, and begin anew."""
        report = Report(
            worker=health.worker,
            at=health.at,
            offered=[(*key, many) for key, many in self._offered.items()],
            dropped=[(*key, many) for key, many in self._dropped.items()],
            started=self._started,
            in_flight=self.in_flight,
            waiting=waiting,
            cells=list(self._cells.values()),
            health=health,
        )
        self._clear()
        return report

    def _clear(self) -> None:
        self._offered: dict[tuple[int, str], int] = {}
        self._dropped: dict[tuple[int, str], int] = {}
        self._started = 0
        self._cells: dict[tuple[int, str, str, bool], Cell] = {}
