import gzip
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.http.problems import ProblemError
from telemetry.producer.body import BodyHeaders, BodyLimits, check_headers, read_headers, unpack

LIMITS = BodyLimits(sent=1000, unpacked=5000, seconds=1)


def _code(headers: BodyHeaders) -> str:
    with pytest.raises(ProblemError) as refused:
        check_headers(headers, LIMITS)
    return refused.value.body.code


def _refused_unpacking(packed: bytes) -> str:
    with pytest.raises(ProblemError) as refused:
        unpack(packed, LIMITS)
    return refused.value.body.code


def test_headers_are_read_in_one_pass() -> None:
    headers = [(b"host", b"x"), (b"authorization", b"Bearer k"), (b"content-type", b"a/b"), (b"content-length", b"7")]
    assert read_headers({"headers": headers}) == BodyHeaders(b"Bearer k", b"a/b", b"", b"7")


@pytest.mark.parametrize(
    "content_type",
    [b"application/json", b"application/json; charset=utf-8", b"Application/JSON;charset=UTF-8", b"application/json;"],
)
def test_json_in_utf8_is_taken(content_type: bytes) -> None:
    assert check_headers(BodyHeaders(content_type=content_type), LIMITS) is False


@pytest.mark.parametrize(
    "content_type", [b"", b"text/plain", b"application/json; charset=latin-1", b"application/jsonp", b"\xff"]
)
def test_any_other_type_is_not(content_type: bytes) -> None:
    assert _code(BodyHeaders(content_type=content_type)) == "unsupported-type"


@pytest.mark.parametrize(("encoding", "packed"), [(b"", False), (b"identity", False), (b"gzip", True), (b"GZIP", True)])
def test_gzip_is_the_one_encoding(encoding: bytes, packed: bool) -> None:
    headers = BodyHeaders(content_type=b"application/json", content_encoding=encoding)
    assert check_headers(headers, LIMITS) is packed


@pytest.mark.parametrize("encoding", [b"br", b"deflate", b"gzip, gzip"])
def test_other_encodings_are_not_understood(encoding: bytes) -> None:
    assert _code(BodyHeaders(content_type=b"application/json", content_encoding=encoding)) == "unsupported-type"


def test_a_length_above_the_limit_is_refused_before_the_body_is_read() -> None:
    assert _code(BodyHeaders(content_type=b"application/json", content_length=b"1001")) == "body-too-large"


@given(st.binary(max_size=LIMITS.unpacked))
def test_what_was_packed_is_unpacked(body: bytes) -> None:
    assert unpack(gzip.compress(body), LIMITS) == body


def test_a_bomb_is_not_unpacked() -> None:
    assert _refused_unpacking(gzip.compress(b"\0" * 100_000_000)) == "body-too-large"


def test_the_limit_itself_is_allowed_and_one_more_is_not() -> None:
    assert len(unpack(gzip.compress(b"x" * LIMITS.unpacked), LIMITS)) == LIMITS.unpacked
    assert _refused_unpacking(gzip.compress(b"x" * (LIMITS.unpacked + 1))) == "body-too-large"


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not gzip", id="not-gzip"),
        pytest.param(zlib.compress(b"{}"), id="zlib"),
        pytest.param(gzip.compress(b"{}")[:-1], id="cut-off"),
        pytest.param(gzip.compress(b"{}") + b"x", id="trailing"),
        pytest.param(gzip.compress(b"{}") * 2, id="two-members"),
        pytest.param(gzip.compress(b"{}")[:-8] + b"\0" * 8, id="wrong-checksum"),
    ],
)
def test_what_is_no_single_whole_gzip_stream_is_malformed(packed: bytes) -> None:
    assert _refused_unpacking(packed) == "malformed-body"


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_unpacking(packed: bytes) -> None:
    with suppress(ProblemError):
        assert len(unpack(packed, LIMITS)) <= LIMITS.unpacked
