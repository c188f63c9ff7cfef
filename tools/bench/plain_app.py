"""`python -m tools.bench.plain_app PORT MANAGEMENT_PORT BOOTSTRAP TOPIC`: the least that answers when Kafka has a body.

Plain ASGI, one msgspec decode, one record with the publisher's configuration, its acknowledgement awaited. No key,
limit, bounds, verdict or metric: what a request costs beyond this is the price of what the producer promises.
"""

import asyncio
import sys
from functools import partial
from typing import Any, Final

import msgspec
from confluent_kafka import KafkaError, Message, Producer
from starlette.types import Receive, Scope, Send

from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.publisher import POLL_SECONDS, producer_config
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.serving import run, serve
from telemetry.core.settings import KafkaSettings
from tools.bench.empty_app import BODY, START, settings_of

DELIVERY_SECONDS: Final = 5.0  # the producer's default
FLUSH_SECONDS: Final = 10.0
QUEUED: Final = START | {"status": 202}


class Sent(msgspec.Struct):
    """A body with one reading."""

    time: str
    metrics: dict[str, Any]


class PlainApp:
    """Passes bodies on to a topic."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        client = client_config(KafkaSettings(kafka_bootstrap=bootstrap, topic_prefix=""))
        self._producer = Producer(producer_config(client, delivery_seconds=DELIVERY_SECONDS))
        self._topic = topic
        self._decode = msgspec.json.Decoder(Sent).decode
        self._encode = msgspec.msgpack.Encoder().encode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body: bytes = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        device = scope["path"].split("/")[-2]
        delivered = asyncio.get_running_loop().create_future()
        value = self._encode((device, self._decode(body)))
        self._producer.produce(self._topic, value, device, on_delivery=partial(_settle, delivered))
        await delivered
        await send(QUEUED)
        await send(BODY)

    async def start(self) -> None:
        self._poll()

    async def stop(self) -> None:
        self._producer.flush(FLUSH_SECONDS)

    def _poll(self) -> None:
        self._producer.poll(0)
        asyncio.get_running_loop().call_later(POLL_SECONDS, self._poll)


def _settle(delivered: asyncio.Future[None], error: KafkaError | None, _message: Message) -> None:
    if delivered.done():
        return
    if error is None:
        delivered.set_result(None)
    else:
        delivered.set_exception(RuntimeError(error.str()))


async def main(arguments: list[str]) -> None:
    port, management_port = map(int, arguments[:2])
    bootstrap, topic = arguments[2:]
    app = PlainApp(bootstrap, topic)
    await serve(settings_of(management_port), Lifecycle(), app=app, port=port, start=app.start, stop=app.stop)


if __name__ == "__main__":
    run(main(sys.argv[1:]))
