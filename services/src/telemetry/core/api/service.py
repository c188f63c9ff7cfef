"""The reader API put together: an ASGI app over a `Reader`, and its OpenAPI document."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from telemetry.core.api.access import Access
from telemetry.core.api.aggregate import AggregateRoute
from telemetry.core.api.answers import Answers
from telemetry.core.api.dead_letters import DeadLetterRoutes
from telemetry.core.api.export import ExportRoute, document_export
from telemetry.core.api.hot import LatestRoute, document_latest
from telemetry.core.api.methods import HeadAsGet, install_method_handler
from telemetry.core.api.newest import Newest
from telemetry.core.api.parameters import Parameter, document_parameters
from telemetry.core.api.routes import ReaderRoutes
from telemetry.core.api.spaced import route_type
from telemetry.core.http.documents import answers as document_answers
from telemetry.core.http.documents import complete_document
from telemetry.core.http.problems import install_problem_handlers
from telemetry.core.metrics import RequestMetrics
from telemetry.core.ports import Reader
from telemetry.core.spacing import Spacing
from telemetry_contract.api import (
    Aggregate,
    DevicePage,
    DeviceSummary,
    DigestAnswer,
    ExportedReading,
    Integrity,
    Latest,
    LatestMany,
    ReadingPage,
    Stats,
)
from telemetry_contract.dead_letter_api import DeadLetterPage, DeadLetterRecord
from telemetry_contract.problems import ProblemKind

API: Final = "/api/v1"
MODELS: Final = (
    Aggregate, DevicePage, DeviceSummary, DigestAnswer, ExportedReading, Integrity, Latest, LatestMany, ReadingPage,
    Stats,
)  # fmt: skip
DESCRIPTION: Final = (
    "What is kept, for bearers of a token with the scope `readings:read`. "
    "Under `/devices/{device}` that device's own key will do."
)
GZIP_BYTES: Final = 2048  # bodies from this size on are worth it
GZIP_LEVEL: Final = 3  # pages shrink to a tenth; higher levels cost twice the time for a few percent

_ALWAYS: Final = (
    ProblemKind.UNAUTHORIZED, ProblemKind.MISSING_SCOPE, ProblemKind.INVALID_PARAMETER, ProblemKind.SATURATED,
    ProblemKind.UNAVAILABLE,
)  # fmt: skip

Endpoint = Callable[..., Coroutine[Any, Any, Response]]


class ReaderApi:
    """`app` is what a server serves; `fastapi` has the OpenAPI document of all of it.

    Who finds no room waits for its turn by `spacing`, the same for all routes.
    """

    def __init__(
        self, reader: Reader, answers: Answers, access: Access, *, title: str, max_page: int, waiting: int
    ) -> None:
        """Take `waiting`, how many questions for newest values may wait for the store."""
        self.fastapi = FastAPI(
            title=title, version="v1", description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False,
            generate_unique_id_function=_operation_id,
        )  # fmt: skip
        self.spacing = Spacing()
        self.fastapi.router.route_class = route_type(self.spacing)
        install_problem_handlers(self.fastapi)
        install_method_handler(self.fastapi)
        self.fastapi.add_middleware(GZipMiddleware, minimum_size=GZIP_BYTES, compresslevel=GZIP_LEVEL)
        _add_routes(self.fastapi, ReaderRoutes(reader, answers, access, max_page=max_page))
        _add_aggregate(self.fastapi, AggregateRoute(reader, access))
        _add_export(self.fastapi, ExportRoute(reader, access, most_devices=max_page))
        _add_dead_letters(self.fastapi, DeadLetterRoutes(reader, access, max_page=max_page))
        complete_document(self.fastapi, (*MODELS, DeadLetterPage, DeadLetterRecord), document_latest())
        rest = RequestMetrics(HeadAsGet(self.fastapi))
        self.app = LatestRoute(rest, answers, access, Newest(reader, waiting=waiting), self.spacing)


def _add_routes(app: FastAPI, routes: ReaderRoutes) -> None:
    def add(
        path: str,
        endpoint: Endpoint,
        summary: str,
        model: type,
        parameters: Sequence[Parameter[Any]],
        *more: ProblemKind,
    ) -> None:
        app.add_api_route(
            API + path,
            endpoint,
            methods=["GET"],
            summary=summary,
            response_class=Response,
            responses=document_answers(model, *_ALWAYS, *more),
            openapi_extra=document_parameters(parameters),
        )

    cursor, unknown = ProblemKind.INVALID_CURSOR, ProblemKind.NOT_FOUND
    one_devices = routes.of_one_devices_readings
    add("/devices", routes.list_devices, "Devices, by id", DevicePage, routes.of_devices, cursor)
    add("/devices/{device}", routes.get_device, "One device", DeviceSummary, (), unknown)
    add("/devices/{device}/readings", routes.list_readings_of_device, "A device's readings, by time",
        ReadingPage, one_devices, cursor)  # fmt: skip
    add("/latest", routes.get_latest_of_many, "The newest values of many devices", LatestMany, routes.of_latest)
    add("/readings", routes.list_readings, "Readings of many devices, by time", ReadingPage, routes.of_readings, cursor)
    add("/digest", routes.get_digest, "How many readings, and the sum of their identities", DigestAnswer,
        routes.of_digest)  # fmt: skip
    add("/integrity", routes.get_integrity, "The stream's ledger", Integrity, ())
    add("/stats", routes.get_stats, "The platform's size", Stats, ())


def _add_aggregate(app: FastAPI, route: AggregateRoute) -> None:
    app.add_api_route(
        API + "/devices/{device}/aggregate",
        route.get_aggregate,
        methods=["GET"],
        summary="A device's metrics by buckets of time",
        response_class=Response,
        responses=document_answers(Aggregate, *_ALWAYS, ProblemKind.RANGE_TOO_LARGE),
        openapi_extra=document_parameters(route.parameters),
    )


def _add_export(app: FastAPI, route: ExportRoute) -> None:
    app.add_api_route(
        API + "/export",
        route.export_readings,
        methods=["GET"],
        summary="All readings of a query, streamed",
        response_class=Response,
        responses=document_export(*_ALWAYS),
        openapi_extra=document_parameters(route.parameters),
    )


def _add_dead_letters(app: FastAPI, routes: DeadLetterRoutes) -> None:
    for route in routes.endpoints:
        app.add_api_route(
            API + route.path,
            route.endpoint,
            methods=["GET"],
            summary=route.summary,
            response_class=Response,
            responses=document_answers(route.model, *_ALWAYS, route.failure),
            openapi_extra=document_parameters(route.parameters),
        )


def _operation_id(route: APIRoute) -> str:
    return route.name
