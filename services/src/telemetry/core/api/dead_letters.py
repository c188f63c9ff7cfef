"""The routes of dead letters, for administrators: pages of them, and one with its bytes."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from telemetry.core.api.access import Access
from telemetry.core.api.answers import NO_STORE
from telemetry.core.api.cursors import CursorFormat
from telemetry.core.api.parameters import CURSOR, Parameter, default_limit, limit_parameter, parse_arguments
from telemetry.core.dead_letters import (
    WHOLE_RECORD,
    KeptLetter,
    LetterPlace,
    LetterQuery,
    parse_letter_id,
    reading_of,
    unpack_payload,
)
from telemetry.core.http.problems import ProblemError
from telemetry.core.ports import Position, Reader
from telemetry_contract.dead_letter_api import DeadLetter, DeadLetterPage, DeadLetterRecord, DeadReading, LetterState
from telemetry_contract.identity import Identified
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.times import format_time

UNKNOWN: Final = problem(ProblemKind.NOT_FOUND, "no such dead letter is kept")
MAX_REASON: Final = 200  # characters


def _parse_reason(text: str) -> str:
    if not 0 < len(text) <= MAX_REASON or "\0" in text:
        raise ValueError(f"1 to {MAX_REASON} characters of the reason")
    return text


REASON: Final = Parameter(
    "reason",
    _parse_reason,
    {"type": "string", "minLength": 1, "maxLength": MAX_REASON},
    "Only letters whose reason has this text in it, whatever its case.",
)


class LetterPosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Behind which letter a page begins."""

    buried_at: int
    place: LetterPlace


LETTER_CURSORS: Final = CursorFormat(LetterPosition)


class Endpoint(NamedTuple):
    """A route as `service` adds it; `failure` is what it may answer beside what all routes may."""

    path: str
    endpoint: Callable[..., Coroutine[Any, Any, Response]]
    summary: str
    model: type
    parameters: Sequence[Parameter[Any]]
    failure: ProblemKind


class DeadLetterRoutes:
    """The endpoints."""

    def __init__(self, reader: Reader, access: Access, *, max_page: int) -> None:
        self._reader = reader
        self._access = access
        self._default_limit = default_limit(max_page)
        self._limit = limit_parameter(max_page)
        self._of_letters: Sequence[Parameter[Any]] = (REASON, self._limit, CURSOR)
        self.endpoints = (
            Endpoint("/dead-letters", self.list_dead_letters, "Dead letters, newest first; for administrators",
                     DeadLetterPage, self._of_letters, ProblemKind.INVALID_CURSOR),
            Endpoint("/dead-letters/{letter}", self.get_dead_letter, "One dead letter, with its bytes",
                     DeadLetterRecord, (), ProblemKind.NOT_FOUND),
        )  # fmt: skip

    async def list_dead_letters(self, request: Request) -> Response:
        self._access.require_administrator(request.headers.get("authorization"))
        arguments = parse_arguments(request.query_params.multi_items(), self._of_letters)
        reason, cursor = arguments.one(REASON), arguments.one(CURSOR)
        limit = arguments.one(self._limit) or self._default_limit
        question = ("dead-letters", reason)
        after = None if cursor is None else LETTER_CURSORS.read(question, cursor)
        place = None if after is None else (after.buried_at, after.place)
        # One more than the page holds tells whether there is another page.
        found = (await self._reader.dead_letters(LetterQuery(limit + 1, reason, place))).value
        page, more = found[:limit], None
        if len(found) > limit:
            more = LETTER_CURSORS.write(question, LetterPosition(page[-1].buried_at, page[-1].place))
        return _answer(DeadLetterPage(await self._judge(page), more))

    async def get_dead_letter(self, request: Request, letter: str) -> Response:
        self._access.require_administrator(request.headers.get("authorization"))
        parse_arguments(request.query_params.multi_items(), ())
        place = parse_letter_id(letter)
        found = None if place is None else (await self._reader.dead_letter(place)).value
        if found is None:
            raise ProblemError(UNKNOWN)
        (body,) = await self._judge([found])
        key, value = unpack_payload(found.payload)
        return _answer(DeadLetterRecord(**msgspec.structs.asdict(body), key=key, value=value))

    async def _judge(self, letters: Sequence[KeptLetter]) -> list[DeadLetter]:
        """Say of each letter what the store has of its reading now."""
        rows = [reading_of(letter) for letter in letters]
        asked = [Position(row.reading.time, row.reading.device, row.identity) for row in rows if row is not None]
        contents = (await self._reader.contents(asked)).value if asked else {}
        return [_letter(letter, row, contents) for letter, row in zip(letters, rows, strict=True)]


def _letter(letter: KeptLetter, row: Identified | None, contents: dict[bytes, bytes]) -> DeadLetter:
    place = letter.place
    return DeadLetter(
        id=place.id,
        buried_at=format_time(letter.buried_at),
        reason=letter.reason,
        state=LetterState.UNDECODABLE if row is None else _state(row, contents.get(row.identity)),
        topic_id=str(place.topic),
        partition=place.partition,
        offset=place.offset,
        item=None if place.item == WHOLE_RECORD else place.item,
        reading=None if row is None else _reading(row),
    )


def _state(row: Identified, stored: bytes | None) -> LetterState:
    if stored is None:
        return LetterState.DEAD
    return LetterState.REPLAYED if stored == row.content_hash else LetterState.CONFLICT


def _reading(row: Identified) -> DeadReading:
    reading = row.reading
    return DeadReading(reading.device, format_time(reading.time), reading.metrics, reading.id)


def _answer(body: object) -> Response:
    response = Response(msgspec.json.encode(body), media_type="application/json")
    response.raw_headers.append(NO_STORE)
    return response
