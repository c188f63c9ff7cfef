"""The reader routes that are ordinary FastAPI: devices, readings, digests, the ledger, the platform's size.

What many ask again and again goes through `Answers`, which may be a cache: devices, newest values, the size. Pages of
readings, digests and the ledger are always asked from the store: each differs from the next, and books are closed by
them.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from telemetry.core.api.access import Access
from telemetry.core.api.answers import NO_STORE, Answer, Answers, answer_of, freshness_headers
from telemetry.core.api.cursors import DEVICE_CURSORS, READING_CURSORS, DevicePlace, ReadingPlace
from telemetry.core.api.parameters import (
    CURSOR,
    FROM,
    METRIC,
    ORDER,
    TO,
    Arguments,
    Parameter,
    default_limit,
    devices_parameter,
    limit_parameter,
    parse_arguments,
    range_of,
    refused,
    require_device,
)
from telemetry.core.http.problems import problem_response
from telemetry.core.ports import Order, Reader, ReadingQuery
from telemetry_contract.api import DevicePage, DigestAnswer, LatestMany, ReadingPage
from telemetry_contract.faults import Fault
from telemetry_contract.problems import ProblemKind, problem

UNKNOWN_DEVICE = problem(ProblemKind.NOT_FOUND, "no readings of this device are kept")


class ReaderRoutes:
    """The endpoints; `documents` says under which paths they stand."""

    def __init__(self, reader: Reader, answers: Answers, access: Access, *, max_page: int) -> None:
        self._reader = reader
        self._answers = answers
        self._access = access
        self._default_limit = default_limit(max_page)
        limit, device = limit_parameter(max_page), devices_parameter(max_page)
        self._limit, self._device = limit, device
        self.of_devices: Sequence[Parameter[Any]] = (limit, CURSOR)
        self.of_latest: Sequence[Parameter[Any]] = (device,)
        self.of_one_devices_readings: Sequence[Parameter[Any]] = (METRIC, FROM, TO, ORDER, limit, CURSOR)
        self.of_readings: Sequence[Parameter[Any]] = (device, *self.of_one_devices_readings)
        self.of_digest: Sequence[Parameter[Any]] = (device, FROM, TO)

    async def list_devices(self, request: Request) -> Response:
        arguments = self._admit(request, self.of_devices)
        limit, cursor = self._limit_of(arguments), arguments.one(CURSOR)
        after = None if cursor is None else DEVICE_CURSORS.read("devices", cursor).device

        async def ask() -> Answer:
            found = await self._reader.devices(after=after, limit=limit + 1)
            page = found.value[:limit]
            more = DEVICE_CURSORS.write("devices", DevicePlace(page[-1].device)) if len(found.value) > limit else None
            return Answer(msgspec.json.encode(DevicePage(page, more)), found.as_of)

        return self._cached(await self._answers.answer("devices", f"{limit}:{after or ''}", ask))

    async def get_device(self, request: Request, device: str) -> Response:
        self._admit_to(device, request, ())

        async def ask() -> Answer:
            return answer_of(await self._reader.device(device))

        return self._cached(await self._answers.answer("device", device, ask))

    async def get_latest_of_many(self, request: Request) -> Response:
        devices = sorted(set(self._admit(request, self.of_latest).many(self._device)))
        if not devices:
            raise refused(Fault("/query/device", "missing-parameter", "name at least one device"))

        async def ask() -> Answer:
            found = await self._reader.latest(devices)
            return Answer(msgspec.json.encode(LatestMany(found.value)), found.as_of)

        subject = blake2b(",".join(devices).encode(), digest_size=16).hexdigest()
        return self._cached(await self._answers.answer("latest-many", subject, ask))

    async def list_readings_of_device(self, request: Request, device: str) -> Response:
        return await self._readings(self._admit_to(device, request, self.of_one_devices_readings), (device,))

    async def list_readings(self, request: Request) -> Response:
        arguments = self._admit(request, self.of_readings)
        return await self._readings(arguments, tuple(sorted(set(arguments.many(self._device)))))

    async def get_digest(self, request: Request) -> Response:
        arguments = self._admit(request, self.of_digest)
        found = await self._reader.digest(sorted(set(arguments.many(self._device))), range_of(arguments))
        return _uncached(DigestAnswer(found.value.count, found.value.hex))

    async def get_integrity(self, request: Request) -> Response:
        self._admit(request, ())
        return _uncached((await self._reader.integrity()).value)

    async def get_stats(self, request: Request) -> Response:
        self._admit(request, ())

        async def ask() -> Answer:
            return answer_of(await self._reader.stats())

        return self._cached(await self._answers.answer("stats", "", ask))

    async def _readings(self, arguments: Arguments, devices: tuple[str, ...]) -> Response:
        limit, cursor = self._limit_of(arguments), arguments.one(CURSOR)
        question = ReadingQuery(
            limit=0,
            devices=devices,
            metrics=tuple(sorted(set(arguments.many(METRIC)))),
            range=range_of(arguments),
            order=arguments.one(ORDER) or Order.ASCENDING,
        )
        after = None if cursor is None else READING_CURSORS.read(question, cursor).position
        # One more than the page holds tells whether there is another page.
        found = await self._reader.readings(msgspec.structs.replace(question, limit=limit + 1, after=after))
        page = found.value[:limit]
        more = READING_CURSORS.write(question, ReadingPlace.of(page[-1])) if len(found.value) > limit else None
        return _uncached(ReadingPage(page, more))

    def _admit(self, request: Request, parameters: Sequence[Parameter[Any]]) -> Arguments:
        self._access.require_reader(request.headers.get("authorization"))
        return parse_arguments(request.query_params.multi_items(), parameters)

    def _admit_to(self, device: str, request: Request, parameters: Sequence[Parameter[Any]]) -> Arguments:
        self._access.require_reader_of(device, request.headers.get("authorization"))
        require_device(device)
        return parse_arguments(request.query_params.multi_items(), parameters)

    def _limit_of(self, arguments: Arguments) -> int:
        return arguments.one(self._limit) or self._default_limit

    def _cached(self, answer: Answer) -> Response:
        headers = freshness_headers(answer, self._answers.max_age)
        response = problem_response(UNKNOWN_DEVICE) if answer.body is None else _json(answer.body)
        response.raw_headers.extend(headers)
        return response


def _uncached(body: object) -> Response:
    response = _json(msgspec.json.encode(body))
    response.raw_headers.append(NO_STORE)
    return response


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
