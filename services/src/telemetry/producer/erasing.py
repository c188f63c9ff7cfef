"""Erasing a device: an administrator's call, answered when it is done or durable in the stream.

Erasing is idempotent, and says nothing of whether there was anything to erase.
"""

import time
from typing import Annotated, Final

from fastapi import FastAPI, Path
from starlette.requests import Request
from starlette.responses import Response

from telemetry.core.http.credentials import Credentials
from telemetry.core.http.documents import answers, json_response
from telemetry.core.http.problems import ProblemError
from telemetry.core.ports import Eraser
from telemetry.producer.admission import Admission, BufferGate
from telemetry_contract.api import Erasure, ErasureStatus
from telemetry_contract.faults import Fault
from telemetry_contract.keys import Scope
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import DEVICE_PATTERN, is_device

PATH: Final = "/api/v1/devices/{device}"
STATUSES: Final = {ErasureStatus.ERASED: 200, ErasureStatus.QUEUED: 202}

_PROBLEMS: Final = (
    ProblemKind.UNAUTHORIZED, ProblemKind.MISSING_SCOPE, ProblemKind.INVALID_PARAMETER, ProblemKind.UNAVAILABLE,
    ProblemKind.BUFFER_TOO_OLD, ProblemKind.SATURATED, ProblemKind.DRAINING,
)  # fmt: skip


# Documented, not checked: who asks without a right to is told so first.
Device = Annotated[str, Path(json_schema_extra={"pattern": f"^{DEVICE_PATTERN}$"})]


class ErasureRoute:
    """The endpoint."""

    def __init__(self, credentials: Credentials, admission: Admission, gate: BufferGate, eraser: Eraser) -> None:
        self._credentials = credentials
        self._admission = admission
        self._gate = gate
        self._eraser = eraser

    async def erase_device(self, request: Request, device: Device) -> Response:
        self._credentials.require(request.headers.get("authorization"), Scope.ADMIN)
        if not is_device(device):
            fault = Fault("/path/device", "invalid-device", "the path names no device id")
            raise ProblemError(problem(ProblemKind.INVALID_PARAMETER, errors=(fault,)))
        if request.query_params:
            fault = Fault("/query", "unknown-parameter", "this call takes no parameters")
            raise ProblemError(problem(ProblemKind.INVALID_PARAMETER, errors=(fault,)))
        self._admission.enter()
        try:
            self._gate.check()
            await self._eraser.erase(device, time.time_ns() // 1000)
        finally:
            self._admission.leave()
        status = self._eraser.status
        return json_response(Erasure(device, status), status=STATUSES[status])


def add_erasure(app: FastAPI, route: ErasureRoute) -> None:
    """Add the endpoint to an app."""
    app.add_api_route(
        PATH,
        route.erase_device,
        methods=["DELETE"],
        operation_id="erase_device",
        summary="Erase a device and all its readings (scope admin)",
        description=_DESCRIPTION,
        response_class=Response,
        responses={202: answers(Erasure, status=202)[202], **answers(Erasure, *_PROBLEMS)},
        tags=["devices"],
    )


_DESCRIPTION: Final = """\
Erases what was accepted of a device until now: readings, newest values, counts and dead letters. `erased` (200) says
that it is done, `queued` (202) that it will be, in the order of the stream: what was acknowledged before is erased,
what is acknowledged later is a new life of the device. So is an old reading that is sent again later.

Doing it again is safe, also for a device that nobody knows. Its keys stay good until they are revoked, and answers from
the cache may show it for their time to live."""
