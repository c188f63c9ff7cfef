"""`python -m tools.bench.empty_app PORT MANAGEMENT_PORT`: an ASGI app that does nothing, served as our services are."""

import sys
from typing import Final

from starlette.types import Receive, Scope, Send

from telemetry.core.lifecycle import Lifecycle
from telemetry.core.serving import run, serve
from telemetry.core.settings import ServerSettings
from telemetry_contract.architecture import Reads, Store, Writes

START: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
}
BODY: Final = {"type": "http.response.body", "body": b"{}"}


async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)
    await send(BODY)


async def nothing() -> None:
    """Start and stop with nothing behind."""


def settings_of(management_port: int) -> ServerSettings:
    """Return a service's settings where no platform is behind it."""
    return ServerSettings(
        platform="bench",
        writes=Writes.DIRECT,
        store=Store.POSTGRES,
        reads=Reads.DIRECT,
        management_port=management_port,
    )


def main(arguments: list[str]) -> None:
    port, management_port = map(int, arguments)
    run(serve(settings_of(management_port), Lifecycle(), app=answer, port=port, start=nothing, stop=nothing))


if __name__ == "__main__":
    main(sys.argv[1:])
