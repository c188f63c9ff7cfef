"""Looking at a platform at work: what it says of itself, set against what was acknowledged."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import TypeVar

from telemetry_contract.api import Integrity, Latest, Stats
from telemetry_operator.client.books import Books
from telemetry_operator.client.query import Analytics, QueryError
from telemetry_operator.demo.freshness import Freshness, Probe

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the platform has stored and shows, since it was made."""

    stored: int
    visible: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look. Counts are of identities since the demonstration began; None where the platform did not answer."""

    seconds: float
    offered: int
    accepted: int
    waiting: int  # offered, and not answered yet
    not_accepted: int
    stored: int | None
    visible: int | None
    freshness: Freshness | None
    newest: tuple[Latest, ...]

    @property
    def lag(self) -> int | None:
        """Readings that are accepted and not stored yet, as far as two looks that are not simultaneous can say."""
        return None if self.stored is None else max(self.accepted - self.stored, 0)


class Watch:
    """Takes snapshots of one platform; `devices` are those whose newest values are shown."""

    def __init__(self, analytics: Analytics, books: Books, probe: Probe, devices: Sequence[str]) -> None:
        self._analytics = analytics
        self._books = books
        self._probe = probe
        self._devices = devices
        self._began = time.monotonic()
        self._before = Standing(0, 0)

    async def begin(self) -> None:
        """Note what is there already.

        Raises:
            QueryError: analytics does not answer.
        """
        integrity, stats = await asyncio.gather(self._analytics.integrity(), self._analytics.stats())
        self._before = _standing(integrity, stats)

    async def look(self) -> Snapshot:
        integrity, stats, newest = await asyncio.gather(
            _or_none(self._analytics.integrity()),
            _or_none(self._analytics.stats()),
            _or_none(self._analytics.latest_of(self._devices)),
        )
        now = None if integrity is None or stats is None else _standing(integrity, stats)
        books = self._books
        return Snapshot(
            seconds=time.monotonic() - self._began,
            offered=books.offered,
            accepted=books.identities,
            waiting=books.offered - books.answered,
            not_accepted=books.refused.total() + books.given_up.total(),
            stored=None if now is None else now.stored - self._before.stored,
            visible=None if now is None else now.visible - self._before.visible,
            freshness=self._probe.freshness,
            newest=tuple(newest or ()),
        )


def _standing(integrity: Integrity, stats: Stats) -> Standing:
    """Without a stream there is no ledger: what is stored is what is shown."""
    stored = sum(partition.stored for partition in integrity.partitions) if integrity.partitions else stats.readings
    return Standing(stored, stats.readings)


async def _or_none(question: Coroutine[None, None, T]) -> T | None:
    try:
        return await question
    except QueryError:
        return None
