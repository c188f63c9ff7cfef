"""From a request to its answer: the checks in order, cheapest first, and then the acceptor.

Who sends, the buffer's age and the body's headers are looked at before the body is read. Then each reading gets its own
verdict, and those with nothing against them are accepted together.
"""

import time
from collections.abc import Sequence

from starlette.types import Receive, Scope

from telemetry.core.http.credentials import Credentials
from telemetry.core.http.problems import ProblemError
from telemetry.core.http.whole import Answer
from telemetry.producer.acceptors import Acceptor
from telemetry.producer.admission import BufferGate
from telemetry.producer.answers import batch_answer, single_answer
from telemetry.producer.body import BodyHeaders, BodyLimits, BodyReceiver, check_headers, read_headers, unpack
from telemetry.producer.bounds import TimeBounds, bounds_at
from telemetry.producer.limits import RateLimitedError, RateLimits
from telemetry.producer.metrics import READINGS
from telemetry.producer.senders import NOBODY, Sender, identify_by_readings, identify_sender
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.api import ItemAnswer, Status
from telemetry_contract.faults import MalformedBody, TooManyReadings
from telemetry_contract.parsing import Body, Invalid, Item, parse_body
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import Reading


class Intake:
    """Answers requests that bring readings."""

    def __init__(
        self,
        settings: ProducerSettings,
        *,
        credentials: Credentials,
        gate: BufferGate,
        limits: RateLimits,
        acceptor: Acceptor,
    ) -> None:
        self._settings = settings
        self._body_limits = BodyLimits(settings.max_body_bytes, settings.max_unpacked_bytes, settings.receive_seconds)
        self._receiver = BodyReceiver(self._body_limits)
        self._credentials = credentials
        self._gate = gate
        self._limits = limits
        self._acceptor = acceptor

    async def answer(self, scope: Scope, receive: Receive, device: str | None) -> Answer:
        """Answer one request; `device` is the path's.

        Raises:
            ProblemError: the request as a whole is refused.
            ClientGoneError: there is nobody to answer.
        """
        headers = read_headers(scope)
        sender = identify_sender(self._credentials, headers.authorization, device)
        age = self._gate.check()
        packed = check_headers(headers, self._body_limits)
        sent = await self._receiver.receive(receive)
        body = self._parse(unpack(sent, self._body_limits) if packed else sent, device)
        sender = sender or self._identify_by(body, headers)
        if body.single:
            item = await self._accept_one(body.items[0], sender, self._bounds(age))
            READINGS[item.status].inc()
            return single_answer(item)
        items = await self._accept(body.items, sender, self._bounds(age))
        _count(items)
        return batch_answer(items)

    def _parse(self, text: bytes, device: str | None) -> Body:
        settings = self._settings
        try:
            body = parse_body(
                text, device=device, max_metrics=settings.max_metrics, max_readings=settings.max_batch_readings
            )
        except MalformedBody as error:
            raise ProblemError(problem(ProblemKind.MALFORMED_BODY, str(error))) from None
        except TooManyReadings as error:
            raise ProblemError(problem(ProblemKind.BATCH_TOO_LARGE, str(error))) from None
        if not body.items:
            raise ProblemError(problem(ProblemKind.INVALID_READING, "the list holds no reading"))
        return body

    def _identify_by(self, body: Body, headers: BodyHeaders) -> Sender:
        devices = {item.device for item in body.items if isinstance(item, Reading)}
        if not devices:
            return NOBODY
        return identify_by_readings(self._credentials, headers.authorization or b"", devices)

    def _bounds(self, buffer_age: float) -> TimeBounds:
        settings = self._settings
        return bounds_at(
            time.time_ns() // 1000,
            retention=settings.retention_seconds,
            buffer_age=buffer_age,
            clock_skew=settings.max_clock_skew_seconds,
        )

    async def _accept_one(self, item: Item, sender: Sender, bounds: TimeBounds) -> ItemAnswer:
        refusal = _against(item, sender, bounds)
        if refusal is not None:
            return refusal
        await self._limits.take(sender, 1)
        return await self._acceptor.accept_one(item)  # type: ignore[arg-type] # what is not refused is a reading

    async def _accept(self, items: Sequence[Item], sender: Sender, bounds: TimeBounds) -> list[ItemAnswer]:
        verdicts = [_against(item, sender, bounds) for item in items]
        passed = [item for item, verdict in zip(items, verdicts, strict=True) if verdict is None]
        if not passed:
            return [verdict for verdict in verdicts if verdict is not None]
        try:
            await self._limits.take(sender, len(passed))
        except RateLimitedError as refusal:
            if len(passed) == len(items):
                raise
            accepted = [ItemAnswer(Status.REJECTED, refusal.body)] * len(passed)
        else:
            accepted = await self._acceptor.accept(passed)  # type: ignore[arg-type] # what passed is a reading
        if len(passed) == len(items):
            return accepted
        rest = iter(accepted)
        return [next(rest) if verdict is None else verdict for verdict in verdicts]


def _against(item: Item, sender: Sender, bounds: TimeBounds) -> ItemAnswer | None:
    """Return the refusal of one item, `None` where nothing stands against it."""
    if isinstance(item, Invalid):
        return ItemAnswer(Status.REJECTED, problem(ProblemKind.INVALID_READING, errors=item.faults))
    refusal = sender.against(item.device) or bounds.against(item)
    return None if refusal is None else ItemAnswer(Status.REJECTED, refusal)


def _count(items: Sequence[ItemAnswer]) -> None:
    statuses = [item.status for item in items]
    for status in set(statuses):
        READINGS[status].inc(statuses.count(status))
