"""Closing the books: is everything that was acknowledged stored, and nothing twice?

Most often a digest says so: count and sum of identities agree. Where they do not (others have written to the same
devices, or not everything is visible yet), what is kept is listed and compared identity by identity. Devices are asked
about in groups, and only groups that do not agree yet are asked again, until the patience ends.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from telemetry_contract.identity import Digest, digest_of
from telemetry_operator.client.books import Books, DeviceBook
from telemetry_operator.client.query import Analytics, Span
from telemetry_operator.client.retry import Backoff

GROUP = 50  # devices in one question
_POLLS = Backoff(first=0.2, growth=1.5, longest=3.0)


@dataclass(frozen=True, slots=True)
class Found:
    """What is stored of a group of devices, set against what was acknowledged."""

    stored: Digest = field(default_factory=Digest)  # of the acknowledged, each once
    missing: int = 0
    twice: int = 0
    others: int = 0  # stored in the same range by others, or acknowledged to nobody

    def __add__(self, other: "Found") -> "Found":
        return Found(
            self.stored + other.stored,
            self.missing + other.missing,
            self.twice + other.twice,
            self.others + other.others,
        )

    @property
    def closed(self) -> bool:
        return self.missing == 0 and self.twice == 0


@dataclass(frozen=True, slots=True)
class Closing:
    """The verdict: acknowledged ⊆ stored, each identity once, if `closed`."""

    acknowledged: Digest
    found: Found
    waited: float  # seconds until the platform showed it, or until patience ended

    @property
    def closed(self) -> bool:
        return self.found.closed and self.acknowledged == self.found.stored


@dataclass(frozen=True, slots=True)
class _Group:
    books: dict[str, DeviceBook]
    acknowledged: Digest
    span: Span


async def close_books(
    books: Books,
    analytics: Analytics,
    *,
    patience: float = 60.0,
    on_progress: Callable[[int, int], None] = lambda _closed, _of: None,
) -> Closing:
    """Compare until everything acknowledged is visible, at most `patience` seconds.

    Raises:
        QueryError: analytics does not answer.
    """
    began = time.monotonic()
    groups = list(_grouped(books))
    found: dict[int, Found] = {}
    attempt = 0
    while True:
        last = time.monotonic() - began >= patience
        for number, group in enumerate(groups):
            if number not in found or not found[number].closed:
                found[number] = await _examine(group, analytics, certain=last)
                on_progress(sum(one.closed for one in found.values()), len(groups))
        if last or all(one.closed for one in found.values()):
            break
        await asyncio.sleep(_POLLS.pause(attempt, None, 1.0))
        attempt += 1
    return Closing(books.digest, sum(found.values(), Found()), time.monotonic() - began)


def _grouped(books: Books) -> Iterator[_Group]:
    names = sorted(books.devices)
    for start in range(0, len(names), GROUP):
        members = {name: books.devices[name] for name in names[start : start + GROUP]}
        span = Span(min(book.first for book in members.values()), 1 + max(book.last for book in members.values()))
        yield _Group(members, sum((book.digest for book in members.values()), Digest()), span)


async def _examine(group: _Group, analytics: Analytics, *, certain: bool) -> Found:
    """Ask for the digest; list only where it disagrees and listing can tell more than that something is missing."""
    stored = await analytics.digest(list(group.books), group.span)
    if stored == group.acknowledged:
        return Found(stored)
    if stored.count < group.acknowledged.count and not certain:
        return Found(stored, missing=group.acknowledged.count - stored.count)
    parts = [await _list(device, book, analytics) for device, book in group.books.items()]
    return sum(parts, Found())


async def _list(device: str, book: DeviceBook, analytics: Analytics) -> Found:
    kept = Counter[bytes]()
    async for reading in analytics.readings(device, Span(book.first, book.last + 1)):
        kept[bytes.fromhex(reading.identity)] += 1
    ours = book.identities & kept.keys()
    return Found(
        stored=digest_of(ours),
        missing=len(book.identities) - len(ours),
        twice=sum(times > 1 for times in kept.values()),
        others=len(kept) - len(ours),
    )
