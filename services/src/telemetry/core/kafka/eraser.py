"""The stream as an Eraser: the order takes its turn in the log, behind all that was acknowledged of the device."""

from telemetry.core.kafka.publisher import KafkaPublisher
from telemetry_contract.api import ErasureStatus


class KafkaEraser:
    """Publishes orders; they are done when the consumer comes to them."""

    status = ErasureStatus.QUEUED

    def __init__(self, publisher: KafkaPublisher) -> None:
        self._publisher = publisher

    async def erase(self, device: str, up_to: int) -> None:
        await self._publisher.publish_erasure(device, up_to)
