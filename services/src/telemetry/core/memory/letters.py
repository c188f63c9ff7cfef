"""Dead letters of a store in memory: the newest of what the replay met.

The topic of dead letters keeps them for good; here are those of the stretch of the stream that the store holds, so a
replay after a restart finds them again, and by the time their readings were received they stand in the same order.
"""

import time
from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import Final

from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery, received_of, unpack_payload

MOST_LETTERS: Final = 10_000
MOST_BYTES: Final = 16 << 20  # of payloads

Key = tuple[int, LetterPlace]


class MemoryLetters:
    """Letters by place; beyond the bounds the oldest go. Whoever uses it from two threads holds the store's lock."""

    def __init__(self, *, most: int = MOST_LETTERS, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: dict[LetterPlace, KeptLetter] = {}
        self._order: list[Key] = []
        self._bytes = 0

    def bury(self, letters: Iterable[tuple[LetterPlace, str, bytes]]) -> None:
        """Take in letters: place, reason and payload; one that is here already stays as it is."""
        for place, reason, payload in letters:
            if place in self._kept:
                continue
            received = received_of(payload)
            letter = KeptLetter(place, time.time_ns() // 1000 if received is None else received, reason, payload)
            self._kept[place] = letter
            insort(self._order, (letter.buried_at, place))
            self._bytes += len(payload)
        while self._order and (len(self._order) > self._most or self._bytes > self._most_bytes):
            self._drop_oldest()

    def drop_before(self, moment: int) -> None:
        """Forget letters from before a time (microseconds)."""
        while self._order and self._order[0][0] < moment:
            self._drop_oldest()

    def of(self, device: str) -> list[LetterPlace]:
        """Return where a device's letters are from."""
        return [place for place, letter in self._kept.items() if unpack_payload(letter.payload)[0] == device.encode()]

    def erase(self, device: str) -> None:
        """Forget a device's letters."""
        for place in self.of(device):
            letter = self._kept.pop(place)
            self._order.remove((letter.buried_at, place))
            self._bytes -= len(letter.payload)

    def find(self, place: LetterPlace) -> KeptLetter | None:
        return self._kept.get(place)

    def select(self, query: LetterQuery) -> list[KeptLetter]:
        """Return a page, newest first."""
        end = len(self._order) if query.after is None else bisect_left(self._order, query.after)
        wanted = (query.reason or "").lower()
        page: list[KeptLetter] = []
        for index in range(end - 1, -1, -1):
            letter = self._kept[self._order[index][1]]
            if wanted in letter.reason.lower():
                page.append(letter)
            if len(page) == query.limit:
                break
        return page

    def _drop_oldest(self) -> None:
        _, place = self._order.pop(0)
        self._bytes -= len(self._kept.pop(place).payload)
