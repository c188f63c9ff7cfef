import pytest

from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import Reading
from telemetry_operator.client import replay as module
from telemetry_operator.client.credentials import Gateway
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.replay import Fate, Replayed, replay
from telemetry_operator.client.sending import Target
from tests.support.fake_platform import FakePlatform, refusal

pytestmark = pytest.mark.anyio

TARGET = Target("http://platform", "http://platform", Gateway("g"), "a")


def reading(number: int, value: int = 1) -> Reading:
    return Reading("d1", number, {"t": value}, f"r{number}")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setattr(module, "open_client", lambda *_: platform.client())
    return platform


async def replay_all(platform: FakePlatform, patience: float = 30.0) -> list[Replayed]:
    async with platform.client() as client:
        letters = [letter async for letter in Analytics(client, "a").dead_letters()]
    return await replay(TARGET, letters, patience=patience)


def fates(found: list[Replayed]) -> dict[str, Fate]:
    return {one.letter.id: one.fate for one in found}


async def test_what_is_sent_again_and_stored_is_replayed(platform: FakePlatform) -> None:
    names = [platform.bury(reading(number), "future") for number in range(5)]
    assert fates(await replay_all(platform)) == dict.fromkeys(names, Fate.REPLAYED)
    assert sorted(one.id or "" for one in platform.kept.values()) == ["r0", "r1", "r2", "r3", "r4"]


async def test_a_second_replay_sends_nothing(platform: FakePlatform) -> None:
    name = platform.bury(reading(0), "future")
    await replay_all(platform)
    sent = len(platform.batches)
    assert fates(await replay_all(platform)) == {name: Fate.ALREADY}
    assert len(platform.batches) == sent


async def test_what_cannot_be_stored_is_not_sent(platform: FakePlatform) -> None:
    platform.keep(reading(0, value=2))
    conflict, hello = platform.bury(reading(0), "conflict"), platform.bury(b"hello", "undecodable")
    found = await replay_all(platform)
    assert fates(found) == {conflict: Fate.CONFLICT, hello: Fate.UNDECODABLE}
    assert platform.batches == []
    assert all(one.why for one in found)


async def test_what_the_producer_refuses_says_why(platform: FakePlatform) -> None:
    name = platform.bury(reading(0), "future")
    platform.judge = lambda _: problem(ProblemKind.READING_IN_FUTURE, "a day too far")
    (found,) = await replay_all(platform)
    assert (found.letter.id, found.fate, found.why) == (name, Fate.REFUSED, "reading-in-future: a day too far")


async def test_what_dies_again_says_why_and_where(platform: FakePlatform) -> None:
    platform.bury(reading(0), "22P05: no such character")
    platform.grave = lambda _: "22P05 again"
    (found,) = await replay_all(platform)
    assert found.fate is Fate.DEAD_AGAIN
    assert "22P05 again" in found.why
    assert "letter-1" in found.why


async def test_of_two_letters_of_one_reading_it_is_sent_once(platform: FakePlatform) -> None:
    names = {platform.bury(reading(0), "once"), platform.bury(reading(0), "and again")}
    found = await replay_all(platform)
    assert fates(found) == dict.fromkeys(names, Fate.REPLAYED)
    assert [len(batch) for batch in platform.batches] == [1]


async def test_what_is_never_seen_again_is_said_so(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.bury(reading(0), "future")
    monkeypatch.setattr(platform, "keep", lambda _: None)
    (found,) = await replay_all(platform, patience=0)
    assert found.fate is Fate.UNKNOWN
    assert "neither stored nor buried again" in found.why


async def test_an_outage_is_outlasted_with_the_same_ids(platform: FakePlatform) -> None:
    platform.bury(reading(0), "future")
    platform.faults = [refusal(ProblemKind.UNAVAILABLE)]
    (found,) = await replay_all(platform)
    assert found.fate is Fate.REPLAYED
