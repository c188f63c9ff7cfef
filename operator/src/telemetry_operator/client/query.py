"""A thin reader of analytics: digests, newest values, kept readings, the ledger, the platform's size."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from telemetry_contract.api import DigestAnswer, Integrity, Latest, LatestMany, ReadingPage, Stats, StoredReading
from telemetry_contract.dead_letter_api import DeadLetter, DeadLetterPage, DeadLetterRecord
from telemetry_contract.identity import Digest
from telemetry_contract.keys import Scope
from telemetry_contract.problems import Problem
from telemetry_contract.times import format_time
from telemetry_operator.client.retry import Backoff, parse_retry_after
from telemetry_operator.errors import PlatformError

T = TypeVar("T")

_LETTERS = "/api/v1/dead-letters"
PAGE = 1000  # readings asked for at a time
ATTEMPTS = 6  # of a question that meets an outage or a limit


class QueryError(PlatformError):
    """Analytics did not answer a question, or answered with a problem."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of times (µs)."""

    begin: int
    end: int

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("from", format_time(self.begin)), ("to", format_time(self.end))]


@dataclass(frozen=True, slots=True)
class Analytics:
    """`token` needs the scope readings:read."""

    client: httpx.AsyncClient
    token: str
    backoff: Backoff = field(default_factory=Backoff)
    attempts: int = ATTEMPTS

    async def digest(self, devices: Sequence[str], span: Span) -> Digest:
        parameters = [*(("device", device) for device in devices), *span.parameters]
        answer = await self._get("/api/v1/digest", parameters, DigestAnswer)
        return Digest(answer.count, int(answer.digest, 16))

    async def readings(self, device: str, span: Span) -> AsyncIterator[StoredReading]:
        """Every reading that is kept of a device in the span, page after page."""
        cursor: str | None = None
        while True:
            parameters = [*span.parameters, ("limit", str(PAGE)), *([("cursor", cursor)] if cursor else [])]
            page = await self._get(f"/api/v1/devices/{device}/readings", parameters, ReadingPage)
            for reading in page.readings:
                yield reading
            cursor = page.cursor
            if cursor is None:
                return

    async def latest(self, device: str) -> Latest:
        return await self._get(f"/api/v1/devices/{device}/latest", (), Latest)

    async def latest_of(self, devices: Sequence[str]) -> list[Latest]:
        """The newest values of those of the devices that have any."""
        parameters = [("device", device) for device in devices]
        return (await self._get("/api/v1/latest", parameters, LatestMany)).devices

    async def integrity(self) -> Integrity:
        return await self._get("/api/v1/integrity", (), Integrity)

    async def stats(self) -> Stats:
        return await self._get("/api/v1/stats", (), Stats)

    async def dead_letters(self, reason: str | None = None) -> AsyncIterator[DeadLetter]:
        """Dead letters, newest first, those whose reason has this text in it; the token needs the scope admin."""
        cursor: str | None = None
        wanted = [] if reason is None else [("reason", reason)]
        while True:
            parameters = [*wanted, ("limit", str(PAGE)), *([("cursor", cursor)] if cursor else [])]
            page = await self._get(_LETTERS, parameters, DeadLetterPage)
            for letter in page.dead_letters:
                yield letter
            cursor = page.cursor
            if cursor is None:
                return

    async def dead_letter(self, name: str) -> DeadLetterRecord:
        return await self._get(f"{_LETTERS}/{quote(name, safe='')}", (), DeadLetterRecord)

    async def _get(self, path: str, parameters: Iterable[tuple[str, str]], kind: type[T]) -> T:
        for attempt in range(self.attempts):
            response = await self._ask(path, parameters)
            if response is not None and response.is_success:
                return _decode(response, kind)
            if response is not None and not _is_passing(response):
                raise _refused(response)
            asked = parse_retry_after(response.headers.get("Retry-After")) if response is not None else None
            await asyncio.sleep(self.backoff.pause(attempt, asked, random.random()))  # noqa: S311 - jitter, no secret
        raise QueryError(f"{self.client.base_url} gave no answer to GET {path} in {self.attempts} attempts")

    async def _ask(self, path: str, parameters: Iterable[tuple[str, str]]) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            return await self.client.get(path, params=httpx.QueryParams(list(parameters)), headers=headers)
        except httpx.TransportError:
            return None


def _is_passing(response: httpx.Response) -> bool:
    return response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS


def _decode(response: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except msgspec.MsgspecError as error:
        raise QueryError(f"{response.url.path} answered what this program cannot read: {error}") from None


def _refused(response: httpx.Response) -> QueryError:
    try:
        found = msgspec.json.decode(response.content, type=Problem)
        reason = f"{found.title}: {found.detail}" if found.detail else found.title
    except msgspec.MsgspecError:
        reason = response.text[:120]
    scope = Scope.ADMIN if response.url.path.startswith(_LETTERS) else Scope.READ
    hint = f"it needs a token with the scope {scope}" if response.status_code in (401, 403) else None
    return QueryError(f"{response.url.path} answered {response.status_code}: {reason}", hint=hint)
