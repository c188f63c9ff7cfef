from hypothesis import given
from hypothesis import strategies as st

from telemetry.analytics.entries import decode_entry, encode_entry
from telemetry.core.api.answers import Answer


@given(st.none() | st.binary(), st.integers(-(2**63), 2**63 - 1))
def test_an_entry_holds_an_answer_and_that_there_was_none(body: bytes | None, as_of: int) -> None:
    assert decode_entry(encode_entry(Answer(body, as_of))) == Answer(body, as_of)
