"""`python -m telemetry.producer`: takes readings in. `--print-config` and `--print-openapi` show and end."""

import sys

import msgspec

from telemetry.core.certificates import Certificates
from telemetry.core.http.credentials import Credentials
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.logs import configure_logs
from telemetry.core.redis.client import connect
from telemetry.core.redis.tokens import RedisTokens
from telemetry.core.serving import run, serve
from telemetry.core.settings import load_settings
from telemetry.producer.admission import Admission
from telemetry.producer.app import build_api, build_app
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
    run(produce(settings))


def format_document() -> str:
    """Return the OpenAPI document as it is kept in `docs/openapi/producer.json`."""
    return msgspec.json.format(msgspec.json.encode(build_api().openapi()), indent=2).decode() + "\n"


async def produce(settings: ProducerSettings) -> None:
    """Take readings in until a signal; then answer what is in flight and wait for its acknowledgements."""
    lifecycle = Lifecycle()
    certificates = Certificates.of(settings)
    outlet = build_outlet(settings)
    tokens = RedisTokens(connect(settings.redis_url), f"{settings.platform}:limit:") if settings.redis_url else None
    intake = Intake(
        settings,
        credentials=Credentials(settings),
        gate=outlet.gate,
        limits=build_limits(settings, tokens),
        acceptor=outlet.acceptor,
    )

    async def stop() -> None:
        await outlet.stop()
        if tokens is not None:
            await tokens.close()

    app = build_app(intake, Admission(lifecycle, settings.max_in_flight))
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
