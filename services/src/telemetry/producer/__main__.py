"""`python -m telemetry.producer`: takes readings in. `--print-config` and `--print-openapi` show and end."""

import sys
from typing import Any, cast

import msgspec

from telemetry.core.certificates import Certificates
from telemetry.core.http.credentials import Credentials
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.logs import configure_logs
from telemetry.core.redis.client import connect
from telemetry.core.redis.tokens import RedisTokens
from telemetry.core.serving import run, serve
from telemetry.core.settings import load_settings
from telemetry.core.tracing.spans import start_tracing
from telemetry.producer.admission import Admission
from telemetry.producer.app import build_api, build_app
from telemetry.producer.erasing import ErasureRoute
from telemetry.producer.intake import Intake
from telemetry.producer.limits import build_limits
from telemetry.producer.outlets import build_outlet
from telemetry.producer.settings import ProducerSettings


def main() -> None:
    if "--print-openapi" in sys.argv[1:]:
        sys.stdout.write(format_document())
        return
    settings = load_settings(ProducerSettings, sys.argv[1:])
    configure_logs(settings, "producer")
    start_tracing(settings, "producer")
    run(produce(settings))


def format_document() -> str:
    """Return the OpenAPI document as it is kept in `docs/openapi/producer.json`."""
    # Nothing is asked of the route's parts where only the document is wanted.
    nothing = cast("Any", None)
    document = build_api(ErasureRoute(nothing, nothing, nothing, nothing)).openapi()
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


async def produce(settings: ProducerSettings) -> None:
    """Take readings in until a signal; then answer what is in flight and wait for its acknowledgements."""
    lifecycle = Lifecycle()
    certificates = Certificates.of(settings)
    outlet = build_outlet(settings)
    credentials, admission = Credentials(settings), Admission(lifecycle, settings.max_in_flight)
    tokens = RedisTokens(connect(settings.redis_url), f"{settings.platform}:limit:") if settings.redis_url else None
    intake = Intake(
        settings,
        credentials=credentials,
        gate=outlet.gate,
        limits=build_limits(settings, tokens),
        acceptor=outlet.acceptor,
    )

    async def stop() -> None:
        await outlet.stop()
        if tokens is not None:
            await tokens.close()

    app = build_app(intake, admission, ErasureRoute(credentials, admission, outlet.gate, outlet.eraser))
    await serve(
        settings,
        lifecycle,
        app=app,
        port=settings.port,
        certificates=certificates,
        start=outlet.start,
        stop=stop,
    )


if __name__ == "__main__":
    main()
