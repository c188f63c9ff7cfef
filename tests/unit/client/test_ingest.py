import asyncio
import math
from collections.abc import Iterable
from dataclasses import replace

import httpx
import msgspec
import pytest

from telemetry_contract.api import Status
from telemetry_contract.keys import Keyring, verify_device_key
from telemetry_contract.parsing import parse_body
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import Reading
from telemetry_operator.client import ingest as module
from telemetry_operator.client.books import Books
from telemetry_operator.client.credentials import Credentials, DeviceKeys, Gateway
from telemetry_operator.client.ingest import Ingest, Limits
from telemetry_operator.client.ndjson import ReadFailedError
from telemetry_operator.client.retry import Backoff
from tests.support.fake_platform import ANSWER_LOST, FakePlatform, refusal
from tests.support.waiting import wait_until_async

pytestmark = pytest.mark.anyio

KEYRING = Keyring("k1", {"k1": b"s" * 32})
QUICK = Limits(linger=0, backoff=Backoff(first=0.001, longest=0.002, longest_asked=0.002), patience=5)


def readings(count: int, device: str = "d1") -> list[Reading]:
    return [Reading(device, 1_000_000 + number, {"t": number}, f"r{number}") for number in range(count)]


async def send(
    platform: FakePlatform,
    offered: Iterable[Reading],
    limits: Limits = QUICK,
    credentials: Credentials | None = None,
) -> Books:
    books = Books()
    async with platform.client() as client, Ingest(client, credentials or Gateway("g"), books, limits) as ingest:
        await offer_all(ingest, offered)
    return books


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


async def test_what_is_offered_is_acknowledged_and_kept(platform: FakePlatform) -> None:
    books = await send(platform, readings(50))
    assert books.acknowledged == {Status.QUEUED: 50}
    assert books.digest.count == len(platform.kept) == 50


async def test_readings_that_wait_travel_together(platform: FakePlatform) -> None:
    await send(platform, readings(50), replace(QUICK, batch=20))
    assert [len(batch) for batch in platform.batches] == [20, 20, 10]


async def test_a_device_signs_with_its_own_key(platform: FakePlatform) -> None:
    await send(platform, [*readings(3, "a"), *readings(3, "b")], credentials=DeviceKeys(KEYRING))
    for request in platform.requests:
        device = request.url.path.split("/")[4]
        assert verify_device_key(KEYRING, request.headers["Authorization"].removeprefix("Bearer "), device)
    assert len(platform.requests) == 2


async def test_a_gateway_sends_many_devices_in_one_batch(platform: FakePlatform) -> None:
    await send(platform, [*readings(3, "a"), *readings(3, "b")])
    assert [request.url.path for request in platform.requests] == ["/api/v1/readings"]


@pytest.mark.parametrize(
    "fault",
    [
        refusal(ProblemKind.UNAVAILABLE, retry_after=0.001),
        refusal(ProblemKind.RATE_LIMITED, retry_after=0.001),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(200, text="a proxy says hello"),
        httpx.ConnectError("refused"),
        ANSWER_LOST,
    ],
    ids=["unavailable", "limited", "gateway", "not-ours", "refused", "answer-lost"],
)
async def test_what_may_yet_succeed_is_sent_again_with_the_same_ids(
    platform: FakePlatform, fault: httpx.Response | Exception
) -> None:
    platform.faults = [fault, fault]
    books = await send(platform, readings(10))
    assert books.retried == 20
    assert books.acknowledged.total() == len(platform.kept) == 10


@pytest.mark.parametrize("kind", [ProblemKind.UNAUTHORIZED, ProblemKind.FORBIDDEN_DEVICE, ProblemKind.UNSUPPORTED_TYPE])
async def test_what_cannot_succeed_is_refused_at_once(platform: FakePlatform, kind: ProblemKind) -> None:
    platform.faults = [refusal(kind)]
    books = await send(platform, readings(10))
    assert books.refused == {kind.code: 10}
    assert len(platform.requests) == 1


async def test_of_a_mixed_batch_only_what_was_unavailable_is_sent_again(platform: FakePlatform) -> None:
    busy = {"r3", "r4"}

    def judge(reading: Reading) -> object:
        if reading.id == "r0":
            return problem(ProblemKind.READING_TOO_OLD)
        if reading.id in busy:
            busy.discard(reading.id)
            return problem(ProblemKind.UNAVAILABLE)
        return None

    platform.judge = judge  # type: ignore[assignment] # a problem or None, as narrow as the test needs it
    books = await send(platform, readings(10))
    assert books.refused == {"reading-too-old": 1}
    assert [[one.id for one in batch] for batch in platform.batches[1:]] == [["r3", "r4"]]
    assert books.acknowledged.total() == 9


async def test_a_refusal_is_kept_with_its_reason(platform: FakePlatform) -> None:
    platform.judge = lambda _: problem(ProblemKind.CONFLICT, "stored with other content")
    books = await send(platform, readings(10))
    example = books.examples["conflict"][0]
    assert example.reading.id == "r0"
    assert example.problem is not None
    assert example.problem.detail == "stored with other content"


async def test_a_batch_that_is_too_large_is_halved(platform: FakePlatform) -> None:
    platform.largest_batch = 3
    books = await send(platform, readings(10))
    assert books.acknowledged.total() == 10
    assert max(len(batch) for batch in platform.batches) <= 3


async def test_a_batch_beyond_what_a_rate_limit_ever_allows_is_sent_in_parts(platform: FakePlatform) -> None:
    platform.burst = 3
    assert (await send(platform, readings(10))).acknowledged.total() == 10


class Limited(FakePlatform):
    """Has room for `rate` readings a second of its own clock, which only its clients' pauses move on."""

    def __init__(self, rate: float, burst: float) -> None:
        super().__init__()
        self.rate, self.most, self.level, self.now = rate, burst, burst, 0.0

    def _write(self, request: httpx.Request) -> httpx.Response:
        count = len(parse_body(request.content, device=None).items)
        if count <= self.level:
            self.level -= count
            return super()._write(request)
        body = problem(ProblemKind.RATE_LIMITED, retry_after=round((count - self.level) / self.rate, 3))
        headers = {"Retry-After": str(math.ceil(body.retry_after or 0))}
        return httpx.Response(429, content=msgspec.json.encode(body), headers=headers)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.level = min(self.most, self.level + seconds * self.rate)
        await asyncio.get_running_loop().create_task(ready(0))


async def test_a_rate_limit_slows_a_file_down_no_more_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Limited(rate=100, burst=1000)
    monkeypatch.setattr(module, "pause", platform.sleep)
    books = await send(platform, readings(3000), Limits(linger=0, patience=5))
    assert books.acknowledged.total() == 3000
    assert platform.now <= 20 * 1.1


async def test_a_limit_that_has_never_room_for_a_batch_is_met_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Limited(rate=1, burst=4)
    monkeypatch.setattr(module, "pause", platform.sleep)
    books = await send(platform, readings(40), Limits(linger=0, patience=5))
    assert books.acknowledged.total() == 40
    assert books.given_up == {}


async def test_when_patience_ends_the_readings_are_given_up_and_said_so(platform: FakePlatform) -> None:
    platform.faults = [httpx.ConnectError("refused")] * 100
    books = await send(platform, readings(10), replace(QUICK, patience=0))
    assert books.given_up == {"unreachable": 10}
    assert books.digest.count == 0


async def test_patience_with_an_outage_ends_once_for_all_that_waited(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module, "pause", clock.sleep)
    platform.faults = [httpx.ConnectError("refused")] * 100
    books = await send(platform, readings(60), replace(QUICK, batch=10, patience=60, backoff=Backoff(longest=5)))
    assert books.given_up == {"unreachable": 60}
    assert clock.now <= 65


class Clock:
    """A clock that only pauses move on."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.get_running_loop().create_task(ready(0))


async def test_a_reading_sent_twice_is_one_promise(platform: FakePlatform) -> None:
    books = await send(platform, [*readings(5), *readings(5)])
    assert books.acknowledged.total() == 10
    assert books.repeats == 5
    assert books.digest.count == 5


async def test_a_device_is_heard_in_the_order_it_spoke(platform: FakePlatform) -> None:
    platform.faults = [refusal(ProblemKind.UNAVAILABLE), httpx.ConnectError("refused")]
    await send(platform, readings(60), replace(QUICK, batch=7))
    times = [reading.time for batch in platform.batches for reading in batch]
    assert times == sorted(times)


async def test_the_source_waits_while_too_much_is_held() -> None:
    gate = asyncio.Event()

    async def blocked(_: httpx.Request) -> httpx.Response:
        await gate.wait()
        return refusal(ProblemKind.FORBIDDEN_DEVICE)

    books = Books()
    client = httpx.AsyncClient(transport=httpx.MockTransport(blocked), base_url="http://platform")
    async with client, Ingest(client, Gateway("g"), books, replace(QUICK, readings=5)) as ingest:
        offers = asyncio.ensure_future(offer_all(ingest, readings(10)))
        await wait_until_async(lambda: ready(books.requests), what="a request under way")
        assert books.offered == 5
        gate.set()
        await offers
    assert books.offered == 10


async def offer_all(ingest: Ingest, offered: Iterable[Reading]) -> None:
    for reading in offered:
        await ingest.offer(reading)


async def ready(value: int) -> int:
    return value


async def test_a_source_that_fails_says_so_in_its_own_words(platform: FakePlatform) -> None:
    async def fail() -> None:
        async with platform.client() as client, Ingest(client, Gateway("g"), Books(), QUICK) as ingest:
            await ingest.offer(readings(1)[0])
            raise ReadFailedError("the disk is gone")

    with pytest.raises(ReadFailedError, match="the disk is gone"):
        await fail()
