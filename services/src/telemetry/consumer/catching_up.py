"""How far a replay is: the store in memory answers nobody before it has read what stood in the log at its start."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec

from telemetry.core.ports import CatchingUp

UNOPENED: Final = "catching up: the log is not open yet"


class _Stretch(msgspec.Struct):
    """Offsets of one partition to be read: from `begin` up to but not with `end`, of which `at` follows."""

    begin: int
    end: int
    at: int

    @property
    def left(self) -> int:
        return max(0, self.end - self.at)


class CatchUp:
    """Where each partition's replay is. Once all have caught up with their start's ends, that stays so.

    One thread expects and notes; others may ask.
    """

    def __init__(self, on_done: Callable[[], None] = lambda: None) -> None:
        self._stretches: dict[tuple[UUID, int], _Stretch] = {}
        self._on_done = on_done
        self.done = False

    def expect(self, topic: UUID, stretches: dict[int, tuple[int, int]]) -> None:
        """Take beginning and end of partitions' logs, as they are now."""
        for partition, (begin, end) in stretches.items():
            self._stretches[topic, partition] = _Stretch(begin, end, begin)
        if not self.done:
            # Of a topic that is gone nothing more can be read.
            self._stretches = {key: stretch for key, stretch in self._stretches.items() if key[0] == topic}
            self._look()

    def note(self, topic: UUID, partition: int, following: int) -> None:
        self._stretches[topic, partition].at = following
        self._look()

    def is_current(self, partition: int) -> bool:
        """Tell whether what a partition held at the start is read: only then is its oldest unread record news."""
        known = [stretch for (_, number), stretch in list(self._stretches.items()) if number == partition]
        return bool(known) and not any(stretch.left for stretch in known)

    def require(self) -> None:
        """Raise `CatchingUp` until all is read that stood in the log at the start."""
        if not self.done:
            raise CatchingUp(self._progress())

    def _look(self) -> None:
        if not self.done and not any(stretch.left for stretch in self._stretches.values()):
            self.done = True
            self._on_done()

    def _progress(self) -> str:
        stretches = list(self._stretches.values())
        if not stretches:
            return UNOPENED
        most = sum(stretch.end - stretch.begin for stretch in stretches)
        read = most - sum(stretch.left for stretch in stretches)
        return f"catching up: {read} of {most} records are read ({100 * read // max(1, most)} %)"
