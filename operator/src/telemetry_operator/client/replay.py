"""Sending the readings of dead letters again, with the same ids, and finding out what became of each.

A letter whose reading is stored now needs nothing. One whose identity is stored with other content would only be buried
again, and one without a reading cannot be sent: both are left alone and told. What the producer takes is looked for
until it is stored, or stands in a newer letter with a new reason. So a replay may be repeated, and cut short anywhere.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from telemetry_contract.api import ItemAnswer
from telemetry_contract.dead_letter_api import DeadLetter, LetterState
from telemetry_contract.identity import identify
from telemetry_contract.problems import Problem
from telemetry_contract.readings import Reading
from telemetry_contract.times import parse_time
from telemetry_operator.client.books import Books
from telemetry_operator.client.ingest import Ingest, Limits
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.retry import Backoff
from telemetry_operator.client.sending import Target, open_client

_LOOKS: Final = Backoff(first=0.2, growth=1.5, longest=3.0)
_AT_ONCE: Final = 16  # questions


class Fate(StrEnum):
    """What became of a letter that was to be replayed."""

    REPLAYED = "replayed"
    ALREADY = "already-stored"
    UNDECODABLE = "undecodable"
    CONFLICT = "conflict"
    REFUSED = "refused"
    DEAD_AGAIN = "dead-again"
    UNKNOWN = "unknown"

    @property
    def good(self) -> bool:
        """Its reading is stored."""
        return self in {Fate.REPLAYED, Fate.ALREADY}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A letter, what became of it, and why, in words."""

    letter: DeadLetter
    fate: Fate
    why: str = ""


_AS_IT_IS: Final = {
    LetterState.REPLAYED: (Fate.ALREADY, "its reading is stored"),
    LetterState.CONFLICT: (Fate.CONFLICT, "its identity is stored with other content, so it would be buried again"),
    LetterState.UNDECODABLE: (
        Fate.UNDECODABLE,
        "there is no reading in it that could be sent; `dlq show` has its bytes",
    ),
}


async def replay(target: Target, letters: Sequence[DeadLetter], *, patience: float = 60.0) -> list[Replayed]:
    """Replay letters, and return what became of each in the same order; the reader's token needs the scope admin.

    Raises:
        QueryError: analytics does not answer.
    """
    fates: dict[str, Replayed] = {}
    for letter in letters:
        if letter.state in _AS_IT_IS:
            fates[letter.id] = Replayed(letter, *_AS_IT_IS[letter.state])
    pending = {letter.id: letter for letter in letters if letter.id not in fates}
    if pending:
        async with open_client(target.analytics) as client:
            analytics = Analytics(client, target.reader)
            newest = await _newest(analytics)
            fates |= await _send(target, pending.values())
            pending = {name: letter for name, letter in pending.items() if name not in fates}
            fates |= await _await_fates(analytics, pending, newest, patience)
    return [fates[letter.id] for letter in letters]


def reading_of(letter: DeadLetter) -> Reading | None:
    found = letter.reading
    return None if found is None else Reading(found.device, parse_time(found.time), found.metrics, found.id)


def _identity_of(letter: DeadLetter) -> bytes:
    reading = reading_of(letter)
    return b"" if reading is None else identify(reading).identity


@dataclass(slots=True)
class _NotTaken(Books):
    """Books that know of each reading why it was not taken, by identity."""

    reasons: dict[bytes, tuple[Fate, str]] = field(default_factory=dict)

    def refuse(self, reading: Reading, item: ItemAnswer) -> None:
        self.reasons[identify(reading).identity] = Fate.REFUSED, _in_words(item.problem)

    def give_up(self, reading: Reading, item: ItemAnswer) -> None:
        self.reasons[identify(reading).identity] = Fate.UNKNOWN, _in_words(item.problem)


def _in_words(problem: Problem | None) -> str:
    if problem is None:
        return "no reason given"
    faults = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in problem.errors or ())
    detail = faults or problem.detail or problem.title
    return f"{problem.code}: {detail}"


async def _send(target: Target, letters: Iterable[DeadLetter]) -> dict[str, Replayed]:
    """Send each reading once, oldest letters first; return those that were not taken."""
    ordered = sorted(letters, key=lambda letter: letter.buried_at)
    books, limits = _NotTaken(), Limits()
    async with (
        open_client(target.producer, limits.requests) as client,
        Ingest(client, target.credentials, books, limits) as ingest,
    ):
        for reading in {_identity_of(letter): reading_of(letter) for letter in ordered}.values():
            if reading is not None:
                await ingest.offer(reading)
    found = ((letter, books.reasons.get(_identity_of(letter))) for letter in ordered)
    return {letter.id: Replayed(letter, *reason) for letter, reason in found if reason is not None}


async def _await_fates(
    analytics: Analytics, pending: dict[str, DeadLetter], newest: str, patience: float
) -> dict[str, Replayed]:
    fates: dict[str, Replayed] = {}
    began, attempt = time.monotonic(), 0
    while pending:
        last = time.monotonic() - began >= patience
        fates |= await _look(analytics, pending, newest)
        pending = {name: letter for name, letter in pending.items() if name not in fates}
        if last:
            break
        await asyncio.sleep(_LOOKS.pause(attempt, None, 1.0))
        attempt += 1
    why = f"it was accepted, and is neither stored nor buried again after {patience:g} s"
    return fates | {name: Replayed(letter, Fate.UNKNOWN, why) for name, letter in pending.items()}


async def _look(analytics: Analytics, pending: dict[str, DeadLetter], newest: str) -> dict[str, Replayed]:
    """Return what can be told now of letters whose readings were accepted."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def ask(letter: DeadLetter) -> DeadLetter:
        async with room:
            return await analytics.dead_letter(letter.id)

    fates: dict[str, Replayed] = {}
    for letter in await asyncio.gather(*map(ask, pending.values())):
        if letter.state is LetterState.REPLAYED:
            fates[letter.id] = Replayed(letter, Fate.REPLAYED)
        elif letter.state is LetterState.CONFLICT:
            fates[letter.id] = Replayed(letter, *_AS_IT_IS[LetterState.CONFLICT])
    again = {_identity_of(letter): letter async for letter in _newer(analytics, newest)}
    for letter in pending.values():
        newer = again.get(_identity_of(letter))
        if newer is not None and letter.id not in fates:
            fates[letter.id] = Replayed(letter, Fate.DEAD_AGAIN, f"{newer.reason} (now {newer.id})")
    return fates


async def _newest(analytics: Analytics) -> str:
    """Return when the newest letter was buried, by the store's clock."""
    async for letter in analytics.dead_letters():
        return letter.buried_at
    return ""


async def _newer(analytics: Analytics, newest: str) -> AsyncIterator[DeadLetter]:
    async for letter in analytics.dead_letters():
        if letter.buried_at <= newest:
            return
        yield letter
