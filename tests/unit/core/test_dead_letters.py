from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.dead_letters import KeptLetter, LetterPlace, parse_letter_id, reading_of, received_of
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice

TOPIC = UUID("0190a1b2-0000-7000-8000-000000000001")
READING = Reading("d1", 5, {"t": 1.5}, "r1")

places = st.builds(
    LetterPlace, st.uuids(), st.integers(0, 2**31 - 1), st.integers(0, 2**63 - 1), st.integers(-1, 2**31 - 1)
)


def letter(key: bytes | None, value: bytes | None) -> KeptLetter:
    return KeptLetter(LetterPlace(TOPIC, 0, 7), 0, "why", msgspec.msgpack.encode((key, value)))


@given(places)
def test_an_id_names_one_place(place: LetterPlace) -> None:
    assert parse_letter_id(place.id) == place


@pytest.mark.parametrize(
    "text",
    ["", "x", TOPIC.hex, f"{TOPIC.hex}.1", f"{TOPIC}.1.2", f"{TOPIC.hex}.01.2", f"{TOPIC.hex}.1.2.3.4",
     f"{TOPIC.hex}.-1.2", f"{TOPIC.hex}.1.²", f"{TOPIC.hex}.1.{2**63}", f"{TOPIC.hex}.{2**31}.1"],
)  # fmt: skip
def test_what_is_no_id_of_ours_names_nothing(text: str) -> None:
    assert parse_letter_id(text) is None


def test_the_reading_of_a_letter_is_the_one_that_was_sent() -> None:
    found = reading_of(letter(b"d1", encode_slice(9, [READING])))
    assert found is not None
    assert found.reading == READING
    assert received_of(letter(b"d1", encode_slice(9, [READING])).payload) == 9


@pytest.mark.parametrize(
    ("key", "value"),
    [(None, None), (b"d1", b""), (b"d1", b"\xff"), (b"a b", encode_slice(9, [READING])), (b"d1", encode_slice(9, []))],
)
def test_a_record_that_nobody_can_read_has_no_reading(key: bytes | None, value: bytes | None) -> None:
    assert reading_of(letter(key, value)) is None


def test_a_payload_that_is_none_has_no_reading() -> None:
    assert reading_of(KeptLetter(LetterPlace(TOPIC, 0, 7), 0, "why", b"\xc1")) is None
