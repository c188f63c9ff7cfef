"""Accepting readings durably, whichever port the architecture has: published to the stream, or committed at once."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final, Protocol

from telemetry.core.http.problems import unavailable_problem
from telemetry.core.outcomes import Outcome
from telemetry.core.ports import Oversized, Publisher, Unavailable, Writer
from telemetry.producer.answers import DUPLICATE, QUEUED, STORED
from telemetry_contract.api import ItemAnswer, Status
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import Reading


class Acceptor(Protocol):
    """Makes readings durable, and says of each what became of it, in order."""

    async def accept(self, readings: Sequence[Reading]) -> list[ItemAnswer]: ...

    async def accept_one(self, reading: Reading) -> ItemAnswer: ...


class StreamAcceptor:
    """Publishes each device's slice of a request as a record."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def accept(self, readings: Sequence[Reading]) -> list[ItemAnswer]:
        received = time.time_ns() // 1000
        slices: dict[str, list[Reading]] = {}
        for reading in readings:
            slices.setdefault(reading.device, []).append(reading)
        sent = {device: self._publisher.publish(device, own, received) for device, own in slices.items()}
        if len(sent) > 1:
            await asyncio.wait(sent.values())
        answers = {device: await _outcome(future) for device, future in sent.items()}
        return [answers[reading.device] for reading in readings]

    async def accept_one(self, reading: Reading) -> ItemAnswer:
        return await _outcome(self._publisher.publish(reading.device, [reading], time.time_ns() // 1000))


async def _outcome(delivery: asyncio.Future[None]) -> ItemAnswer:
    try:
        await delivery
    except Unavailable as error:
        return ItemAnswer(Status.UNAVAILABLE, unavailable_problem(error))
    except Oversized as error:
        return ItemAnswer(Status.REJECTED, problem(ProblemKind.BODY_TOO_LARGE, str(error)))
    return QUEUED


class StoreAcceptor:
    """Commits a request's readings to the store."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def accept(self, readings: Sequence[Reading]) -> list[ItemAnswer]:
        try:
            outcomes = await self._writer.write(readings)
        except Unavailable as error:
            return [ItemAnswer(Status.UNAVAILABLE, unavailable_problem(error))] * len(readings)
        return [_OUTCOMES[outcome] for outcome in outcomes]

    async def accept_one(self, reading: Reading) -> ItemAnswer:
        return (await self.accept([reading]))[0]


_OUTCOMES: Final = {
    Outcome.STORED: STORED,
    Outcome.DUPLICATE: DUPLICATE,
    Outcome.CONFLICT: ItemAnswer(Status.REJECTED, problem(ProblemKind.CONFLICT)),
    Outcome.DEAD: ItemAnswer(Status.REJECTED, problem(ProblemKind.INVALID_READING, "the store refused its data")),
    Outcome.EXPIRED: ItemAnswer(Status.REJECTED, problem(ProblemKind.READING_TOO_OLD)),
}
