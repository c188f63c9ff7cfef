import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.tracing.context import find_trace, is_sampled, parse_traceparent, trace_id
from tests.support.spans import CALLER, TRACE, traceparent


def test_a_traceparent_is_taken_as_it_is() -> None:
    assert parse_traceparent(traceparent()) == traceparent()
    assert trace_id(traceparent()) == TRACE


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"00",
        f"ff-{TRACE}-{CALLER}-01".encode(),
        f"00-{'0' * 32}-{CALLER}-01".encode(),
        f"00-{TRACE}-{'0' * 16}-01".encode(),
        f"00-{TRACE.upper()}-{CALLER}-01".encode(),
        f"00-{TRACE}-{CALLER}-01-more".encode(),
        f"00-{TRACE}-{CALLER}-1".encode(),
        f"01-{TRACE}-{CALLER}-01.more".encode(),
    ],
)
def test_what_is_no_traceparent_is_left_out(value: bytes) -> None:
    assert parse_traceparent(value) is None


def test_a_later_version_is_carried_on_as_ours() -> None:
    assert parse_traceparent(f"cc-{TRACE}-{CALLER}-01-what-is-to-come".encode()) == traceparent()


@given(st.binary(max_size=80) | st.text("0123456789abcdef-", min_size=50, max_size=60).map(str.encode))
def test_whatever_comes_what_is_carried_on_has_its_form(value: bytes) -> None:
    parsed = parse_traceparent(value)
    assert parsed is None or re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", parsed)


@given(st.integers(0, 255))
def test_the_lowest_bit_of_the_flags_is_sampled(flags: int) -> None:
    assert is_sampled(f"00-{TRACE}-{CALLER}-{flags:02x}".encode()) is bool(flags & 1)


def test_the_header_is_found_among_others() -> None:
    assert find_trace([(b"host", b"x"), (b"traceparent", traceparent()), (b"accept", b"*/*")]) == traceparent()
    assert find_trace([(b"host", b"x")]) is None
