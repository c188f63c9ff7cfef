"""The Reader of another process, asked over HTTP: history that the consumer keeps in its memory.

The consumer wants a token like any reader; one is made here from the platform's own keys, anew before it ends.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import httpx
import msgspec

from telemetry.core.aggregation import SummedBucket
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.mounted import MountedFile
from telemetry.core.ports import AggregateQuery, KeptReading, Position, ReadingQuery, Snapshot, TimeRange, Unavailable
from telemetry.core.remote import wire
from telemetry.core.settings import CredentialSettings
from telemetry.core.tracing.context import HEADER, current_trace
from telemetry_contract.api import DeviceSummary, Integrity, Latest, Stats, StoredReading
from telemetry_contract.identity import Digest
from telemetry_contract.keys import Claims, Keyring, Scope, make_token, parse_keyring

T = TypeVar("T")

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 35.0
CONNECTIONS: Final = 64
TOKEN_SECONDS: Final = 60
SUBJECT: Final = "analytics"


class TokenMaker:
    """Makes tokens that may read, by the keys as they are now."""

    def __init__(self, settings: CredentialSettings, *, clock: Callable[[], float] = time.time) -> None:
        self._keyring = MountedFile(settings.keys_file, parse_keyring)
        self._clock = clock
        self._made: tuple[Keyring, int, str] | None = None

    def token(self) -> str:
        keyring, now = self._keyring.value, self._clock()
        made = self._made
        if made is None or made[0] is not keyring or now > made[1] - TOKEN_SECONDS / 2:
            expires = int(now) + TOKEN_SECONDS
            made = self._made = keyring, expires, make_token(keyring, Claims(SUBJECT, (Scope.READ,), expires))
        return made[2]


class RemoteReader:
    """Asks the Reader at a URL."""

    def __init__(self, url: str, tokens: TokenMaker, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._tokens = tokens
        self._client = httpx.AsyncClient(
            base_url=url,
            transport=transport,
            trust_env=False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def devices(self, *, after: str | None, limit: int) -> Snapshot[list[DeviceSummary]]:
        return await self._ask(wire.DEVICES, wire.DevicesQuestion(after, limit))

    async def device(self, device: str) -> Snapshot[DeviceSummary | None]:
        return await self._ask(wire.DEVICE, device)

    async def latest(self, devices: Sequence[str]) -> Snapshot[list[Latest]]:
        return await self._ask(wire.LATEST, list(devices))

    async def readings(self, query: ReadingQuery) -> Snapshot[list[StoredReading]]:
        return await self._ask(wire.READINGS, query)

    async def export(self, query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        return await self._ask(wire.EXPORT, query)

    async def aggregate(self, query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
        return await self._ask(wire.AGGREGATE, query)

    async def digest(self, devices: Sequence[str], within: TimeRange) -> Snapshot[Digest]:
        found = await self._ask(wire.DIGEST, wire.DigestQuestion(list(devices), within))
        return Snapshot(Digest(found.value.count, int(found.value.digest, 16)), found.as_of)

    async def integrity(self) -> Snapshot[Integrity]:
        return await self._ask(wire.INTEGRITY, None)

    async def dead_letters(self, query: LetterQuery) -> Snapshot[list[KeptLetter]]:
        return await self._ask(wire.DEAD_LETTERS, query)

    async def dead_letter(self, place: LetterPlace) -> Snapshot[KeptLetter | None]:
        return await self._ask(wire.DEAD_LETTER, place)

    async def contents(self, readings: Sequence[Position]) -> Snapshot[dict[bytes, bytes]]:
        return await self._ask(wire.CONTENTS, list(readings))

    async def stats(self) -> Snapshot[Stats]:
        return await self._ask(wire.STATS, None)

    async def _ask(self, method: wire.Method[T], question: object) -> Snapshot[T]:
        headers = {"authorization": f"Bearer {self._tokens.token()}", "content-type": wire.CONTENT_TYPE}
        trace = current_trace()
        if trace is not None:
            headers[HEADER] = trace.decode()
        try:
            response = await self._client.post(method.path, content=wire.encode(question), headers=headers)
        except httpx.TransportError as error:
            raise Unavailable("the consumer, which keeps the readings, is away") from error
        return _answer(method, response)


def _answer(method: wire.Method[T], response: httpx.Response) -> Snapshot[T]:
    try:
        if response.is_success:
            return method.decode_answer(response.content)
        failure = wire.decode_failure(response.content)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"the consumer did not understand: {response.status_code}") from error
    raise wire.exception_of(failure)
