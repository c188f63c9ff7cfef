"""`python -m telemetry.producer`: takes readings in. `--print-config` and `--print-openapi` show and end."""

import asyncio
import sys
import time

import msgspec

from telemetry.core.http.credentials import Credentials
from telemetry.core.kafka.buffer_age import BufferAge
from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.publisher import KafkaPublisher, producer_config
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.limits import Authority, Rate
from telemetry.core.logs import configure_logs
from telemetry.core.redis.client import connect
from telemetry.core.redis.tokens import RedisTokens
from telemetry.core.serving import run, serve
from telemetry.core.settings import load_settings
from telemetry.producer.acceptors import StreamAcceptor
from telemetry.producer.admission import Admission, BufferGate
from telemetry.producer.app import build_api, build_app
from telemetry.producer.intake import Intake
from telemetry.producer.limits import RateLimits
from telemetry.producer.metrics import BUFFER_AGE, OUTSTANDING
from telemetry.producer.senders import DEVICE_LIMIT, TOKEN_LIMIT
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.topics import readings_topic


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
    credentials = Credentials(settings)
    config = producer_config(client_config(settings), delivery_seconds=settings.delivery_seconds)
    publisher = KafkaPublisher(config, readings_topic(settings.topic_prefix))
    buffer = BufferAge(settings)
    tokens = RedisTokens(connect(settings.redis_url), f"{settings.platform}:limit:") if settings.redis_url else None
    admission = Admission(lifecycle, settings.max_in_flight)
    gate = BufferGate(lambda: buffer.seconds(time.time()), settings.max_buffer_age_seconds)
    intake = Intake(
        settings,
        credentials=credentials,
        gate=gate,
        limits=build_limits(settings, tokens),
        acceptor=StreamAcceptor(publisher),
    )
    OUTSTANDING.set_function(lambda: publisher.outstanding)
    BUFFER_AGE.set_function(gate.age)

    async def start() -> None:
        await publisher.wait_for_topic()
        while not await asyncio.to_thread(buffer.wait_until_read, 1.0):
            pass

    async def stop() -> None:
        await publisher.close(settings.drain_seconds)
        await asyncio.to_thread(buffer.close)
        if tokens is not None:
            await tokens.close()

    app = build_app(intake, admission)
    await serve(settings, lifecycle, app=app, port=settings.port, start=start, stop=stop)


def build_limits(settings: ProducerSettings, authority: Authority | None) -> RateLimits:
    rates = {
        DEVICE_LIMIT: Rate(settings.device_rate, settings.device_burst),
        TOKEN_LIMIT: Rate(settings.token_rate, settings.token_burst),
    }
    return RateLimits(rates, replicas=settings.replicas, authority=authority)


if __name__ == "__main__":
    main()
