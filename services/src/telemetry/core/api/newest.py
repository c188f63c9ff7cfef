"""The newest values of single devices: questions that come at the same time share one query."""

from collections.abc import Sequence
from typing import Final

from telemetry.core.batching import Batches
from telemetry.core.ports import Reader, Snapshot
from telemetry_contract.api import Latest

MOST_DEVICES: Final = 100  # in one query
QUERIES_AT_ONCE: Final = 1  # what comes meanwhile makes the next one larger, and the whole cheaper


class Newest:
    """Asks a reader for devices' newest values; refuses with `NoRoom` beyond `waiting` questions."""

    def __init__(self, reader: Reader, *, waiting: int) -> None:
        self._reader = reader
        self._batches: Batches[str, Snapshot[Latest | None]] = Batches(
            self._load, most=MOST_DEVICES, at_once=QUERIES_AT_ONCE, waiting=waiting
        )

    async def of(self, device: str) -> Snapshot[Latest | None]:
        return await self._batches.submit(device)

    async def _load(self, devices: list[str]) -> Sequence[Snapshot[Latest | None]]:
        found = await self._reader.latest(sorted(set(devices)))
        by_device = {latest.device: latest for latest in found.value}
        return [Snapshot(by_device.get(device), found.as_of) for device in devices]
