import itertools
import json
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry_contract import faults
from telemetry_contract.faults import MalformedBody, TooManyReadings, inspect_body
from telemetry_contract.parsing import Body, Invalid, parse_body
from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading
from tests.unit.contract.strategies import Scribe, doubled, mangled, readings, to_pairs
from tests.unit.contract.vectors import NOON

randoms = st.randoms(use_true_random=False)
TIME = b'"time":"2026-01-31T12:00:00Z"'


def with_value(value: bytes) -> bytes:
    return b'{"device":"d",' + TIME + b',"metrics":{"m":' + value + b"}}"


def parse_one(body: bytes, device: str | None = None) -> Reading | Invalid:
    (item,) = parse_body(body, device=device).items
    return item


def codes(body: bytes, device: str | None = None) -> list[str]:
    item = parse_one(body, device)
    return [fault.code for fault in item.faults] if isinstance(item, Invalid) else []


def types_of(item: Reading | Invalid) -> dict[str, type]:
    assert isinstance(item, Reading)
    return {name: type(value) for name, value in item.metrics.items()}


def outcome(body: bytes, *, slowly: bool) -> str:
    """Return all that a way says of a body, in a text that tells 1 from 1.0 and from true."""
    try:
        if not slowly:
            return repr(parse_body(body, device=None).items)
        found = inspect_body(body, device=None, max_metrics=64, max_readings=1000)
    except ValueError as error:
        return repr(error)
    return repr([Invalid(item) if isinstance(item, tuple) else item for item in found])


def repeats_a_key(body: bytes) -> bool:
    repeated = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        repeated.append(len(pairs) != len(dict(pairs)))
        return dict(pairs)

    json.loads(body, object_pairs_hook=note)
    return any(repeated)


@given(readings, randoms)
def test_a_reading_is_read_from_any_json_that_says_it(reading: Reading, random: Random) -> None:
    body = parse_body(Scribe(random).object_of(to_pairs(reading)).encode(), device=None)
    assert body == Body([reading], single=True)
    assert types_of(body.items[0]) == types_of(reading)


@given(st.lists(readings, max_size=4), randoms)
def test_a_list_is_read_in_the_order_sent(sent: list[Reading], random: Random) -> None:
    body = Scribe(random).list_of([to_pairs(reading) for reading in sent]).encode()
    assert parse_body(body, device=None) == Body([*sent], single=False)


@given(st.lists(readings, min_size=1, max_size=2), st.sampled_from([0.0, 0.02, 1.0]), randoms, st.data())
def test_both_ways_agree_on_any_body(sent: list[Reading], escapes: float, random: Random, data: st.DataObject) -> None:
    pairs = [data.draw(st.just(to_pairs(reading)) | doubled(reading)) for reading in sent]
    scribe = Scribe(random, escapes=escapes)
    written = scribe.list_of(pairs) if len(sent) > 1 else scribe.object_of(pairs[0])
    body = data.draw(st.just(written.encode()) | mangled(written.encode()))
    assert outcome(body, slowly=False) == outcome(body, slowly=True)


@given(readings, st.sampled_from([0.0, 0.02, 0.2]), randoms, st.data())
def test_a_key_that_stands_twice_is_never_accepted(
    reading: Reading, escapes: float, random: Random, data: st.DataObject
) -> None:
    body = Scribe(random, escapes=escapes).object_of(data.draw(doubled(reading))).encode()
    assert repeats_a_key(body)
    assert "duplicate-key" in codes(body)


@pytest.mark.parametrize("escape", [b"\\u003a", b"\\u003A"])
def test_an_escaped_colon_does_not_hide_a_key_that_stands_twice(escape: bytes) -> None:
    metrics = b'"metrics":{"m":1,"m":2}}'
    assert codes(b'{"device":"d","time":"2026-01-31T12' + escape + b'00:00Z",' + metrics) == ["duplicate-key"]
    other = b'{"device":"e' + escape + b'f",' + TIME + b',"metrics":{"m":1}}'
    first, second = parse_body(b'[{"device":"d",' + TIME + b"," + metrics + b"," + other + b"]", device=None).items
    assert isinstance(first, Invalid)
    assert isinstance(second, Reading)


@given(st.binary() | st.text().map(str.encode) | st.text('{}[]:,"01.eE-+ntf\\u ').map(str.encode))
@example(b"")
@example(b" ")
@example(b"\xef\xbb\xbf{}")
@example(b"\xff")
@example("{}".encode("utf-16"))
@example(b"[" * 100_000)
@example(b'{"":' * 100_000)
@example(b'{"metrics":' + b"[" * 100_000)
@example(b"1" * 10_000)
def test_any_bytes_are_a_body_or_malformed(body: bytes) -> None:
    assert outcome(body, slowly=False) == outcome(body, slowly=True)


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"null", b"true", b"1", b'"text"', b"\xef\xbb\xbf[]"]
    + [b"{", b"[{}", b"{}{}", b"{} x", b"[]]", b"{'a':1}", b"[{},]"]
    + [with_value(it) for it in (b"NaN", b"Infinity", b"-Infinity", b"01", b"1.", b".5", b"+1", b"0x1", b"1e", b"'a'")]
    + [with_value(b'"%b"' % it) for it in (b"\0", b"\n", b"\x1f", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\\x41")]
    + [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, with_value(b"[" * 100_000 + b"]" * 100_000)],
)  # fmt: skip
def test_what_is_not_json_or_no_object_or_list_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse_body(body, device="d")


def test_an_empty_list_is_no_reading_and_no_fault() -> None:
    assert parse_body(b" [ ] ", device="d") == Body([], single=False)


def test_spaces_around_a_body_do_not_matter() -> None:
    assert parse_body(b"\t\r\n " + with_value(b"1") + b" \r\n\t", device=None).single


@pytest.mark.parametrize("text", [*(b"%d" % it for it in (2**53 + 1, 2**63, 2**64, 10**20)), b"1" * 400, b"1" * 5000])
@pytest.mark.parametrize("sign", [b"", b"-"])
def test_an_integer_beyond_2_to_53_is_refused_however_long(sign: bytes, text: bytes) -> None:
    assert codes(with_value(sign + text)) == ["invalid-value"]


@given(st.integers(MAX_SAFE_INTEGER + 1), st.booleans())
def test_any_integer_beyond_2_to_53_is_refused(value: int, negative: bool) -> None:
    assert codes(with_value(b"%d" % (-value if negative else value))) == ["invalid-value"]


@pytest.mark.parametrize("value", [MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER, 0])
def test_integers_to_2_to_53_are_taken(value: int) -> None:
    assert parse_one(with_value(b"%d" % value)) == Reading("d", NOON, {"m": value})


@pytest.mark.parametrize("text", [b"1e999", b"-1e999", b"1" + b"0" * 400 + b".0", b"1e309"])
def test_a_number_beyond_a_double_is_refused(text: bytes) -> None:
    assert codes(with_value(text)) == ["invalid-value"]


@pytest.mark.parametrize(
    "text",
    [b"1e300", b"-1e300", b"9007199254740993.0", b"5e-324", b"1e-999", b"123456789012345678901e0", b"-0", b"-0.0"],
)
def test_a_double_may_be_as_large_and_as_small_as_doubles_are(text: bytes) -> None:
    assert parse_one(with_value(text)) == Reading("d", NOON, {"m": float(text)})


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_both_ways_agree_on_any_number(text: str) -> None:
    body = with_value(text.encode())
    assert outcome(body, slowly=False) == outcome(body, slowly=True)


@pytest.mark.parametrize(
    "value", [b"null", b"{}", b"[]", b'{"a":1}', b"[1]", b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"']
)
def test_a_value_that_is_no_number_boolean_or_text_is_refused(value: bytes) -> None:
    assert codes(with_value(value)) == ["invalid-value"]


def test_the_length_of_text_counts_characters_not_bytes() -> None:
    assert codes(with_value(f'"{"😀" * 256}"'.encode())) == []
    assert codes(with_value(b'"' + b"\\ud83d\\ude00" * 256 + b'"')) == []
    assert codes(with_value(f'"{"a" * 257}"'.encode())) == ["invalid-value"]


def test_the_paths_device_stands_in_for_one_that_is_left_out_or_null() -> None:
    body = b"{" + TIME + b',"metrics":{"m":1}}'
    assert parse_one(body, "d") == parse_one(b'{"device":null,' + body[1:], "d") == Reading("d", NOON, {"m": 1})
    assert codes(body) == codes(b'{"device":null,' + body[1:]) == ["missing-field"]


def test_a_device_named_in_the_body_is_kept_beside_the_paths() -> None:
    assert parse_one(with_value(b"1"), "other") == Reading("d", NOON, {"m": 1})


def test_an_id_that_is_null_is_none() -> None:
    assert parse_one(b'{"id":null,' + with_value(b"1")[1:]) == Reading("d", NOON, {"m": 1})


def test_the_good_of_a_batch_are_kept_beside_the_bad() -> None:
    good, bad = with_value(b"1"), with_value(b"null")
    items = parse_body(b"[" + b",".join([good, bad, b"7", good]) + b"]", device=None).items
    assert [isinstance(item, Reading) for item in items] == [True, False, False, True]


@pytest.mark.parametrize("item", [with_value(b"1"), b"{}", b"0", b"[]"])
def test_a_batch_beyond_its_limit_is_refused_as_a_whole(item: bytes) -> None:
    assert len(parse_body(b"[" + b",".join([item] * 3) + b"]", device="d", max_readings=3).items) == 3
    with pytest.raises(TooManyReadings, match="at most 3 readings, this has 4"):
        parse_body(b"[" + b",".join([item] * 4) + b"]", device="d", max_readings=3)


def test_metrics_beyond_their_limit_are_refused() -> None:
    body = b'{"device":"d",' + TIME + b',"metrics":{"a":1,"b":2}}'
    assert isinstance(parse_body(body, device=None, max_metrics=2).items[0], Reading)
    assert isinstance(parse_body(body, device=None, max_metrics=1).items[0], Invalid)


@pytest.mark.parametrize("device", [None, "d"])
@pytest.mark.parametrize("identifier", [b"", b'"id":"a:b:c",'])
@pytest.mark.parametrize(
    "value", [b"21.5", b"1e300", b"7", b"true", b'"a:b"', '"é\\n😀"'.encode(), b'"\\u00e9"', b"-0.0"]
)
@pytest.mark.parametrize("wrap", [b"%b", b"[%b]", b" [%b, %b] "])
def test_a_well_formed_body_never_takes_the_slow_way(
    monkeypatch: pytest.MonkeyPatch, device: str | None, identifier: bytes, value: bytes, wrap: bytes
) -> None:
    monkeypatch.setattr(faults, "inspect_body", None)
    body = b"{" + identifier + with_value(value)[1:]
    assert parse_body(wrap % ((body,) * wrap.count(b"%b")), device=device).items


def test_a_body_with_very_many_repeated_keys_is_read_in_one_pass() -> None:
    keys = b",".join(b'"k%d":0' % number for number in itertools.chain(range(60_000), range(60_000)))
    assert "duplicate-key" in codes(b"{" + keys + b"}", "d")
