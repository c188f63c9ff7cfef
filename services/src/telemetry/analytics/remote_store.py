"""History in the consumer's memory, as analytics reads it."""

import logging

from telemetry.analytics.guarded import GuardedReader
from telemetry.core.ports import CatchingUp
from telemetry.core.remote.reader import RemoteReader, TokenMaker
from telemetry.core.settings import CredentialSettings

CONSUMER = "the consumer"
NOBODY = "_"  # a device id that is asked for only to see whether the consumer answers


class RemoteStore:
    """The consumer at a URL. One that is catching up is there: it says itself how far it is."""

    def __init__(self, url: str, settings: CredentialSettings) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of each request
        self._remote = RemoteReader(url, TokenMaker(settings))
        self.reader = GuardedReader(self._remote, self._check, server=CONSUMER)

    async def open(self) -> None:
        """Return when the consumer answers."""
        await self.reader.until_up()

    async def close(self) -> None:
        await self.reader.close()
        await self._remote.close()

    async def _check(self) -> None:
        try:
            await self._remote.device(NOBODY)
        except CatchingUp:
            return
