"""Exports: all readings of a query, streamed page by page.

Pages follow one another by position, as a client's own would: no transaction, cursor or connection is held between
them, and memory holds one. So what is stored all the while is in the export once; what comes or goes meanwhile may be.
A stream that cannot go on is broken off: it lacks its end, which every HTTP client of version 1.1 notices.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from itertools import islice
from typing import Any, Final

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from telemetry.core.api.accepting import preferred
from telemetry.core.api.access import Access
from telemetry.core.api.exporting import MEDIA, CsvLines, Format, Lines, NdjsonLines
from telemetry.core.api.methods import IS_HEAD
from telemetry.core.api.parameters import (
    FROM,
    METRIC,
    ORDER,
    TO,
    Arguments,
    Parameter,
    devices_parameter,
    parse_arguments,
    parse_choice,
    range_of,
    refused,
)
from telemetry.core.http.documents import answers
from telemetry.core.ports import KeptReading, NoRoom, Order, Reader, ReadingQuery, Unavailable
from telemetry_contract.faults import Fault
from telemetry_contract.problems import ProblemKind

PAGE: Final = 500  # readings
PART: Final = 50  # readings written at once, so that other requests get their turn in between
AT_ONCE: Final = 8  # exports in a process
STALLED_SECONDS: Final = 30.0  # for a client to take a part; it would keep others from exporting

FORMAT: Final = Parameter(
    "format",
    parse_choice(Format),
    {"type": "string", "enum": list(Format)},
    "How readings are written; without it as `Accept` prefers, otherwise NDJSON. CSV needs `metric`.",
)

Parts = AsyncGenerator[bytes, None]

log = structlog.get_logger(__name__)


class ExportRoute:
    """The endpoint; `service` says under which path it stands."""

    def __init__(self, reader: Reader, access: Access, *, most_devices: int) -> None:
        self._reader = reader
        self._access = access
        self._device = devices_parameter(most_devices)
        self._running = 0
        self.parameters: Sequence[Parameter[Any]] = (FORMAT, self._device, METRIC, FROM, TO, ORDER)

    async def export_readings(self, request: Request) -> Response:
        self._access.require_reader(request.headers.get("authorization"))
        arguments = parse_arguments(request.query_params.multi_items(), self.parameters)
        form = arguments.one(FORMAT) or _preferred(request)
        metrics = tuple(dict.fromkeys(arguments.many(METRIC)))
        if form is Format.CSV and not metrics:
            raise refused(Fault("/query/metric", "missing-parameter", "name the metrics that are the CSV's columns"))
        if self._running >= AT_ONCE:
            raise NoRoom(f"{AT_ONCE} exports are under way already", retry_after=5.0)
        lines: Lines = CsvLines(metrics) if form is Format.CSV else NdjsonLines(whole=not metrics)
        query = self._query(arguments, metrics)
        first = (await self._reader.export(query)).value
        parts = _nothing() if request.scope.get(IS_HEAD) else self._parts(query, lines, first)
        return ExportResponse(parts, form)

    def _query(self, arguments: Arguments, metrics: tuple[str, ...]) -> ReadingQuery:
        return ReadingQuery(
            limit=PAGE,
            devices=tuple(sorted(set(arguments.many(self._device)))),
            metrics=metrics,
            range=range_of(arguments),
            order=arguments.one(ORDER) or Order.ASCENDING,
        )

    async def _parts(self, query: ReadingQuery, lines: Lines, page: list[KeptReading]) -> Parts:
        self._running += 1
        try:
            yield lines.head
            while page:
                for part in _in_parts(page):
                    yield lines.write(part)
                if len(page) < PAGE:
                    return
                query = msgspec.structs.replace(query, after=page[-1].position)
                page = (await self._reader.export(query)).value
        finally:
            self._running -= 1


class ExportResponse(StreamingResponse):
    """A stream that ends with its last message only if it is whole; a client that hangs up ends it and its query."""

    def __init__(self, parts: Parts, form: Format) -> None:
        headers = {
            "content-disposition": f'attachment; filename="readings.{form}"',
            "cache-control": "no-store",
            "vary": "accept",
        }
        super().__init__(parts, headers=headers, media_type=MEDIA[form])
        self._parts = parts

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async with aclosing(self._parts) as parts:
                async for part in parts:
                    async with asyncio.timeout(STALLED_SECONDS):
                        await send({"type": "http.response.body", "body": part, "more_body": True})
        except Unavailable as error:
            log.warning("export-broken-off", reason=error.detail)
        except TimeoutError:
            log.warning("export-broken-off", reason="the client does not take it")
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _in_parts(page: Iterable[KeptReading]) -> Iterable[list[KeptReading]]:
    rest = iter(page)
    while part := list(islice(rest, PART)):
        yield part


async def _nothing() -> Parts:
    yield b""


def _preferred(request: Request) -> Format:
    """Return the form that `Accept` prefers; NDJSON goes by several names, and is what it is not told from."""
    media = preferred(request.headers.get("accept", "*/*"), list(MEDIA.values()))
    return next(form for form, name in MEDIA.items() if name == media)


def document_export(*kinds: ProblemKind) -> dict[int | str, dict[str, Any]]:
    """Return what the route documents as its answers."""
    line = {"$ref": "#/components/schemas/ExportedReading"}
    ndjson = {"schema": {"type": "string", "description": "A line of JSON for each reading"}, "x-line": line}
    table = {"schema": {"type": "string", "description": "RFC 4180 with a header: device, time, the metrics asked for"}}
    whole = "All readings of the query; a stream without its end, or a connection that breaks off, is not whole"
    success = {"description": whole, "content": {MEDIA[Format.NDJSON]: ndjson, MEDIA[Format.CSV]: table}}
    return {200: success, **answers(None, *kinds)}
