"""PostgreSQL as an Eraser: at once, beside writers that may store readings of the same device meanwhile."""

import asyncio
from typing import Final

import psycopg

from telemetry.core.ports import Unavailable
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.erasing import erase_device, thin_out
from telemetry_contract.api import ErasureStatus

APPLICATION: Final = "telemetry-eraser"
RETRY_SECONDS: Final = 5.0

# Every writer counts what it stores in the same transaction. Who locks the counts waits until those are done that are
# at it, and holds up the others: what is deleted is then whole readings, with their counts and latest values. Readers
# go on. If the lock is not to be had soon, writers must not queue behind us.
LIMITS: Final = "SET lock_timeout = '2s'"
LOCK: Final = "LOCK TABLE device_counts IN SHARE ROW EXCLUSIVE MODE"


class PostgresEraser:
    """Erases one device at a time, over a connection of its own."""

    status = ErasureStatus.ERASED

    def __init__(self, url: str) -> None:
        self._url = url
        self._turn = asyncio.Lock()

    async def erase(self, device: str, up_to: int) -> None:
        async with self._turn:
            try:
                await asyncio.to_thread(self._erase, device, up_to)
            except psycopg.Error as error:
                reason = " ".join(str(error).split())
                raise Unavailable(f"PostgreSQL did not erase it: {reason}", retry_after=RETRY_SECONDS) from error

    def _erase(self, device: str, up_to: int) -> None:
        with connect(self._url, application=APPLICATION, autocommit=True) as connection:
            connection.execute(LIMITS)
            thin_out(connection, device)
            with connection.transaction():
                connection.execute(LOCK)
                erase_device(connection, device, up_to)
