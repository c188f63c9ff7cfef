"""The newest value of each metric of one device, whatever order readings come in.

The newest reading stands at the history's end; kept here are those metrics that it lacks, each from the newest reading
that has it. Of two readings the one of the greater (time, identity) is the newer.
"""

import msgspec

from telemetry.core.memory.blocks import Key
from telemetry.core.memory.packing import Names
from telemetry_contract.readings import Value


class Older(msgspec.Struct, frozen=True, gc=False):
    """A metric's newest value, and the reading that it is from."""

    key: Key
    value: Value


class Newest:
    """`names` are the metrics of the newest reading, `older` what it lacks."""

    __slots__ = ("names", "older")

    def __init__(self) -> None:
        self.names: Names = ()
        self.older: dict[str, Older] | None = None

    def replace(self, names: Names, head: Key | None, metrics: dict[str, Value]) -> None:
        """Note that a reading with these names is the newest now; before, it was the one at `head` with `metrics`."""
        if head is not None:
            self._merge({name: Older(head, value) for name, value in metrics.items() if name not in names})
        self.names = names
        if self.older is not None:
            self.older = {name: kept for name, kept in self.older.items() if name not in names} or None

    def add_late(self, key: Key, metrics: dict[str, Value]) -> None:
        """Note a reading that is not the newest."""
        self._merge({name: Older(key, value) for name, value in metrics.items() if name not in self.names})

    def forget_before(self, time: int) -> None:
        if self.older is not None:
            self.older = {name: kept for name, kept in self.older.items() if kept.key[0] >= time} or None

    def _merge(self, found: dict[str, Older]) -> None:
        known = self.older or {}
        newer = {name: one for name, one in found.items() if name not in known or known[name].key < one.key}
        if newer:
            self.older = known | newer
