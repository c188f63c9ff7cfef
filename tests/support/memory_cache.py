"""A Cache in memory that tests can break, and whose entries last until they are taken away."""

from telemetry.core.ports import Unavailable


class MemoryCache:
    """Keeps entries past their expiry, so that their readers must judge their age themselves."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.leases: set[str] = set()
        self.away = False

    async def get(self, key: str) -> bytes | None:
        self._require()
        return self.entries.get(key)

    async def put(self, key: str, value: bytes, *, seconds: float) -> None:
        self._require()
        assert seconds > 0
        self.entries[key] = value

    async def lease(self, key: str, *, seconds: float) -> bool:
        self._require()
        assert seconds > 0
        if key in self.leases:
            return False
        self.leases.add(key)
        return True

    async def release(self, key: str) -> None:
        self._require()
        self.leases.discard(key)

    def _require(self) -> None:
        if self.away:
            raise Unavailable("the cache is away")
