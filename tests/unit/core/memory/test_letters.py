from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.dead_letters import LetterPlace, LetterQuery
from telemetry.core.memory.letters import MemoryLetters
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice

TOPIC = UUID(int=7)


def payload(received: int) -> bytes:
    return msgspec.msgpack.encode((b"d1", encode_slice(received, [Reading("d1", 5, {"t": 1})])))


def buried(*received: int, most: int = 100) -> MemoryLetters:
    letters = MemoryLetters(most=most)
    letters.bury(
        (LetterPlace(TOPIC, 0, offset), f"Because {offset}", payload(at)) for offset, at in enumerate(received)
    )
    return letters


def offsets(letters: MemoryLetters, query: LetterQuery) -> list[int]:
    return [letter.place.offset for letter in letters.select(query)]


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(1, 7))
def test_pages_meet_each_letter_once_newest_first(received: list[int], limit: int) -> None:
    letters, found, query = buried(*received), [], LetterQuery(limit)
    while page := letters.select(query):
        found += [(letter.buried_at, letter.place) for letter in page]
        query = LetterQuery(limit, after=found[-1])
    assert found == sorted(found, reverse=True)
    assert len(found) == len(received)


def test_a_reason_is_found_by_a_part_in_any_case() -> None:
    assert offsets(buried(1, 2, 3), LetterQuery(9, reason="BECAUSE 1")) == [1]


def test_a_replay_buries_in_the_same_place() -> None:
    letters = buried(1, 2)
    letters.bury([(LetterPlace(TOPIC, 0, 1), "again", payload(9))])
    assert offsets(letters, LetterQuery(9)) == [1, 0]


def test_beyond_the_bound_the_oldest_go() -> None:
    letters = buried(5, 1, 9, 7, most=2)
    assert offsets(letters, LetterQuery(9)) == [2, 3]
    assert letters.find(LetterPlace(TOPIC, 0, 1)) is None


def test_letters_of_before_are_dropped() -> None:
    letters = buried(5, 1, 9)
    letters.drop_before(5)
    assert offsets(letters, LetterQuery(9)) == [2, 0]
