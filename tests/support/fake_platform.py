"""The platform's public API in memory, for tests of its clients: it keeps what it accepts and can be told to fail.

It answers as DESIGN.md section 5 says. `faults` are taken one a request, before anything else happens: a response is
given instead of the work, an exception is raised instead of it, and `ANSWER_LOST` does the work, then loses the answer.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

import httpx
import msgspec

from telemetry_contract.api import (
    BatchAnswer,
    DigestAnswer,
    Integrity,
    ItemAnswer,
    Latest,
    LatestMany,
    LatestValue,
    ReadingPage,
    Stats,
    Status,
    StoredReading,
)
from telemetry_contract.dead_letter_api import DeadLetterPage, DeadLetterRecord, DeadReading, LetterState
from telemetry_contract.identity import digest_of, identify
from telemetry_contract.parsing import Invalid, parse_body
from telemetry_contract.problems import Problem, ProblemKind, problem
from telemetry_contract.readings import Reading
from telemetry_contract.times import format_time, parse_time

ANSWER_LOST: Final = httpx.ReadError("the connection was closed")

Judge = Callable[[Reading], Problem | None]


def refusal(kind: ProblemKind, retry_after: float | None = None) -> httpx.Response:
    """A problem response of a kind."""
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    body = msgspec.json.encode(problem(kind, retry_after=retry_after))
    return httpx.Response(kind.status, content=body, headers=headers)


class FakePlatform:
    """Producer and analytics at one address; `transport` plugs into an httpx client."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Reading] = {}
        self.rows: Counter[bytes] = Counter()  # more than 1 only where a test says so
        self.faults: list[httpx.Response | Exception] = []
        self.judge: Judge = lambda _: None
        self.letters: list[DeadLetterRecord] = []
        self.grave: Callable[[Reading], str | None] = lambda _: None  # why an accepted reading is not stored
        self.requests: list[httpx.Request] = []
        self.batches: list[list[Reading]] = []
        self.invisible = 0  # digests that are still empty, before everything shows
        self.largest_batch = 10_000
        self.burst = 10_000
        self.page = 1000
        self.transport = httpx.MockTransport(self._handle)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self.transport, base_url="http://platform")

    def keep(self, reading: Reading) -> None:
        """Store a reading, as another sender's would be."""
        identity = identify(reading).identity
        self.kept[identity] = reading
        self.rows[identity] = 1

    def bury(self, reading: Reading | bytes, reason: str) -> str:
        """Keep a dead letter of a reading, or of a record that nobody can read; return its id."""
        number = len(self.letters)
        letter = DeadLetterRecord(
            id=f"letter-{number}", buried_at=format_time(number), reason=reason, state=LetterState.DEAD,
            topic_id="topic", partition=0, offset=number, item=None if isinstance(reading, bytes) else 0,
            reading=None if isinstance(reading, bytes) else _dead(reading),
            key=b"key", value=reading if isinstance(reading, bytes) else b"packed",
        )  # fmt: skip
        self.letters.append(letter)
        return letter.id

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/":
            return refusal(ProblemKind.NOT_FOUND)
        if request.method == "GET":
            return self._read(request)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, httpx.Response):
            return fault
        if fault is not None and fault is not ANSWER_LOST:
            raise fault
        answer = self._write(request)
        if fault is not None:
            raise fault
        return answer

    def _write(self, request: httpx.Request) -> httpx.Response:
        device = request.url.path.split("/")[4] if "/devices/" in request.url.path else None
        body = parse_body(request.content, device=device)
        if len(body.items) > self.largest_batch:
            return refusal(ProblemKind.BATCH_TOO_LARGE)
        if len(body.items) > self.burst:
            return refusal(ProblemKind.RATE_LIMITED, 0.001)
        self.batches.append([item for item in body.items if isinstance(item, Reading)])
        items = [self._accept(item) for item in body.items]
        accepted = sum(item.status is Status.QUEUED for item in items)
        status = 202 if accepted == len(items) else 207 if accepted else 422
        return _json(BatchAnswer(accepted, len(items) - accepted, items), status)

    def _accept(self, item: Reading | Invalid) -> ItemAnswer:
        if isinstance(item, Invalid):
            return ItemAnswer(Status.REJECTED, problem(ProblemKind.INVALID_READING, errors=item.faults))
        found = self.judge(item)
        if found is not None:
            status = Status.UNAVAILABLE if found.status == 503 else Status.REJECTED
            return ItemAnswer(status, found)
        reason = self.grave(item)
        if reason is None:
            self.keep(item)
        else:
            self.bury(item, reason)
        return ItemAnswer(Status.QUEUED)

    def _read(self, request: httpx.Request) -> httpx.Response:
        path, query = request.url.path, request.url.params
        if path == "/api/v1/digest":
            return self._digest(set(query.get_list("device")), query)
        if path == "/api/v1/integrity":
            return _json(Integrity(balanced=True, dead_letters=0, partitions=[]))
        if path.startswith("/api/v1/dead-letters"):
            return self._letters(path.removeprefix("/api/v1/dead-letters").lstrip("/"), query)
        if path == "/api/v1/stats":
            devices = {reading.device for reading in self.kept.values()}
            return _json(Stats(len(self.kept), len(devices), None, None, 0))
        if path == "/api/v1/latest":
            found = [self._newest(device) for device in query.get_list("device")]
            return _json(LatestMany([one for one in found if one.metrics]))
        device = path.split("/")[4]
        return self._page(device, query) if path.endswith("/readings") else self._latest(device)

    def _letters(self, name: str, query: httpx.QueryParams) -> httpx.Response:
        letters = [self._judged(letter) for letter in reversed(self.letters)]
        if name:
            found = [letter for letter in letters if letter.id == name]
            return _json(found[0]) if found else refusal(ProblemKind.NOT_FOUND)
        wanted = [letter for letter in letters if query.get("reason", "") in letter.reason]
        start = int(query.get("cursor", "0"))
        end = start + min(self.page, int(query["limit"]))
        return _json(DeadLetterPage(list(wanted[start:end]), str(end) if end < len(wanted) else None))

    def _judged(self, letter: DeadLetterRecord) -> DeadLetterRecord:
        reading = letter.reading
        if reading is None:
            return msgspec.structs.replace(letter, state=LetterState.UNDECODABLE)
        sent = Reading(reading.device, parse_time(reading.time), reading.metrics, reading.id)
        kept = self.kept.get(identify(sent).identity)
        state = LetterState.DEAD if kept is None else LetterState.REPLAYED if kept == sent else LetterState.CONFLICT
        return msgspec.structs.replace(letter, state=state)

    def _digest(self, devices: set[str], query: httpx.QueryParams) -> httpx.Response:
        if self.invisible > 0:
            self.invisible -= 1
            return _json(DigestAnswer(0, f"{0:032x}"))
        digest = digest_of([row for row in self.rows.elements() if _matches(self.kept[row], devices, query)])
        return _json(DigestAnswer(digest.count, digest.hex))

    def _page(self, device: str, query: httpx.QueryParams) -> httpx.Response:
        rows = sorted(row for row in self.rows.elements() if _matches(self.kept[row], {device}, query))
        start = int(query.get("cursor", "0"))
        page = [_stored(self.kept[row], row) for row in rows[start : start + self.page]]
        end = start + self.page
        return _json(ReadingPage(page, str(end) if end < len(rows) else None))

    def _latest(self, device: str) -> httpx.Response:
        newest = self._newest(device)
        return _json(newest) if newest.metrics else refusal(ProblemKind.NOT_FOUND)

    def _newest(self, device: str) -> Latest:
        newest: dict[str, LatestValue] = {}
        for reading in sorted(self.kept.values(), key=lambda one: one.time):
            if reading.device == device:
                time = format_time(reading.time)
                newest |= {name: LatestValue(value, time) for name, value in reading.metrics.items()}
        return Latest(device, newest)


def _matches(reading: Reading, devices: set[str], query: httpx.QueryParams) -> bool:
    return reading.device in devices and parse_time(query["from"]) <= reading.time < parse_time(query["to"])


def _dead(reading: Reading) -> DeadReading:
    return DeadReading(reading.device, format_time(reading.time), dict(reading.metrics), reading.id)


def _stored(reading: Reading, identity: bytes) -> StoredReading:
    return StoredReading(reading.device, format_time(reading.time), dict(reading.metrics), identity.hex())


def _json(body: msgspec.Struct, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=msgspec.json.encode(body), headers={"Content-Type": "application/json"})
