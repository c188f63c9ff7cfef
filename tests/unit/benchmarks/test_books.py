"""Closing a run's books against a platform that kept all, lost some, or kept what nobody was told of."""

import time

import msgspec
import pytest

from telemetry_contract.api import Status
from telemetry_contract.identity import Digest, digest_of, identify
from telemetry_contract.readings import Reading
from telemetry_loadtest.measured import Trial
from telemetry_loadtest.results import Books
from telemetry_loadtest.windows import Accounts
from telemetry_loadtest.workload import Written
from telemetry_operator.benchmarks.books import close_run, close_trials
from telemetry_operator.client.query import Analytics
from tests.support.fake_platform import FakePlatform
from tests.support.made_results import make_result
from tests.unit.loadtest.measured import measured_of
from tests.unit.loadtest.plans import plan_of

PLAN = plan_of(devices=60)  # more than one question's
NOW = time.time_ns() // 1000
READINGS = [Reading(PLAN.device_names[number], NOW + number, {"t": 1}, f"id{number}") for number in range(60)]


def digest(readings: list[Reading]) -> Digest:
    return digest_of([identify(one).identity for one in readings])


def accounts(acknowledged: list[Reading], uncertain: list[Reading] | None = None) -> Accounts:
    undecided = [Written(one.device, one.time, identify(one).identity) for one in uncertain or []]
    return Accounts(
        digest(READINGS), digest(acknowledged), {Status.STORED: len(acknowledged)}, undecided, len(undecided)
    )


async def close(platform: FakePlatform, kept: Accounts, patience: float = 0) -> Books:
    async with platform.client() as client:
        return await close_run(PLAN, kept, NOW / 1_000_000, Analytics(client, "any"), patience)


def trial(after: int, until: int, kept: list[Reading]) -> Trial:
    """One of the readings at times in (after, until], µs from now."""
    measured = msgspec.structs.replace(measured_of(make_result()), accounts=accounts(kept), begin=NOW / 1_000_000)
    return Trial(rate=1, after=(NOW + after) / 1_000_000, until=(NOW + until) / 1_000_000, measured=measured)


@pytest.fixture
def platform() -> FakePlatform:
    platform = FakePlatform()
    for reading in READINGS:
        platform.keep(reading)
    return platform


async def test_what_was_acknowledged_and_is_stored_closes_the_books(platform: FakePlatform) -> None:
    books = await close(platform, accounts(READINGS))
    assert (books.closed, books.missing, books.surplus, books.acknowledged) == (True, 0, 0, books.stored)


async def test_each_trials_books_are_those_of_its_own_time(platform: FakePlatform) -> None:
    lost = identify(READINGS[7]).identity
    del platform.kept[lost], platform.rows[lost]
    trials = [trial(-1, 9, READINGS[:10]), trial(9, 29, READINGS[10:30]), trial(29, 59, READINGS[30:])]
    async with platform.client() as client:
        books = await close_trials(PLAN, trials, Analytics(client, "any"), patience=0)
    assert [(one.closed, one.missing, one.stored.count) for one in books] == [
        (False, 1, 9),
        (True, 0, 20),
        (True, 0, 30),
    ]


async def test_a_reading_that_is_lost_is_missed(platform: FakePlatform) -> None:
    lost = identify(READINGS[7]).identity
    del platform.kept[lost], platform.rows[lost]
    books = await close(platform, accounts(READINGS))
    assert (books.closed, books.missing, books.surplus) == (False, 1, 0)


async def test_a_reading_stored_twice_is_too_much(platform: FakePlatform) -> None:
    platform.rows[identify(READINGS[7]).identity] = 2
    books = await close(platform, accounts(READINGS))
    assert (books.closed, books.missing, books.surplus) == (False, 0, 1)


async def test_a_reading_stored_that_nobody_acknowledged_nor_left_undecided_is_too_much(platform: FakePlatform) -> None:
    assert not (await close(platform, accounts(READINGS[1:]))).closed


@pytest.mark.parametrize("stored", [0, 1, 2])
async def test_undecided_readings_may_be_stored_or_not(platform: FakePlatform, stored: int) -> None:
    undecided = READINGS[:2]
    for reading in undecided[stored:]:
        del platform.kept[identify(reading).identity], platform.rows[identify(reading).identity]
    books = await close(platform, accounts(READINGS[2:], undecided))
    assert (books.closed, books.uncertain, books.found) == (True, 2, stored)


async def test_what_is_not_visible_yet_is_waited_for(platform: FakePlatform) -> None:
    platform.invisible = 1
    assert (await close(platform, accounts(READINGS), patience=30)).closed
