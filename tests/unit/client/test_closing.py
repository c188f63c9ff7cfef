import pytest

from telemetry_contract.api import Status
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading
from telemetry_operator.client.books import Books
from telemetry_operator.client.closing import GROUP, Closing, close_books
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.retry import Backoff
from tests.support.fake_platform import FakePlatform

pytestmark = pytest.mark.anyio

DEVICES = GROUP + 10


def reading(number: int, id_: str = "a") -> Reading:
    return Reading(f"d{number % DEVICES}", 1_000_000 + number, {"t": number}, id_)


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def books(platform: FakePlatform) -> Books:
    """300 readings of two groups of devices, acknowledged and stored."""
    books = Books()
    for number in range(300):
        books.acknowledge(reading(number), Status.QUEUED)
        platform.keep(reading(number))
    return books


async def close(books: Books, platform: FakePlatform, patience: float = 0) -> Closing:
    async with platform.client() as client:
        return await close_books(books, Analytics(client, "t", Backoff(first=0.001)), patience=patience)


async def test_books_close_when_everything_is_stored_once(books: Books, platform: FakePlatform) -> None:
    closing = await close(books, platform)
    assert closing.closed
    assert closing.acknowledged == closing.found.stored == books.digest


async def test_books_wait_for_what_is_not_yet_visible(books: Books, platform: FakePlatform) -> None:
    platform.invisible = 2
    assert (await close(books, platform, patience=30)).closed


async def test_a_lost_reading_keeps_the_books_open(books: Books, platform: FakePlatform) -> None:
    del platform.rows[identify(reading(7)).identity]
    closing = await close(books, platform)
    assert not closing.closed
    assert closing.found.missing == 1


async def test_a_reading_stored_twice_keeps_the_books_open(books: Books, platform: FakePlatform) -> None:
    platform.rows[identify(reading(7)).identity] = 2
    closing = await close(books, platform)
    assert not closing.closed
    assert closing.found.twice == 1


async def test_other_senders_readings_do_not_stand_in_the_way(books: Books, platform: FakePlatform) -> None:
    platform.keep(reading(100, "theirs"))
    closing = await close(books, platform)
    assert closing.closed
    assert closing.found.others == 1


async def test_others_readings_cannot_hide_a_loss(books: Books, platform: FakePlatform) -> None:
    platform.keep(reading(100, "theirs"))
    del platform.rows[identify(reading(100)).identity]
    assert (await close(books, platform)).found.missing == 1


async def test_a_listing_follows_its_pages_to_the_end(books: Books, platform: FakePlatform) -> None:
    platform.page = 2
    platform.keep(reading(100, "theirs"))
    assert (await close(books, platform)).closed


async def test_nothing_acknowledged_is_nothing_lost(platform: FakePlatform) -> None:
    assert (await close(Books(), platform)).closed
