import json
import math
import struct
from random import Random
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry_contract.canonical import canonical_content, canonical_float, canonical_value
from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading, Value
from telemetry_contract.times import MAX_TIME
from tests.unit.contract.strategies import DOUBLES, TEXTS, devices, metrics
from tests.unit.contract.vectors import VECTORS, Vector

EDGES = [
    0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308,
    1e21, 9.999999999999999e20, 1.0000000000000001e21, -1e21, 1e20, 1e22, 123456789012345680000.0,
    1e-6, 1e-7, 9.999999999999999e-7, 0.0000012345, 1.5e-7, 1e16, 1e17, 1.5e16, 12345678901234567.0,
    2.0**53, 2.0**53 - 1, 2.0**53 + 2, -(2.0**53), 4.35, 0.1 + 0.2, 333333333.33333329, 1e-100, 1e100, 4.5, -1.5,
]  # fmt: skip


def double_of(bits: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return value


def oracle(value: Any) -> str:  # noqa: ANN401 - anything that JSON can say
    return rfc8785.dumps(value).decode()


@pytest.mark.parametrize("value", EDGES)
def test_a_double_at_an_edge_is_written_as_rfc_8785_says(value: float) -> None:
    for neighbour in (math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)):
        if math.isfinite(neighbour):
            assert canonical_float(neighbour) == oracle(neighbour)


@given(DOUBLES)
def test_any_double_is_written_as_rfc_8785_says(value: float) -> None:
    assert canonical_float(value) == oracle(value)


@given(st.integers(0, 2**64 - 1).map(double_of).filter(math.isfinite))
def test_any_pattern_of_bits_is_written_as_rfc_8785_says(value: float) -> None:
    assert canonical_float(value) == oracle(value)


@given(st.integers(1, 10**17 - 1), st.integers(-30, 30))
def test_any_digits_at_any_point_are_written_as_rfc_8785_says(digits: int, exponent: int) -> None:
    value = float(f"{digits}e{exponent}")
    assert canonical_float(value) == oracle(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0"), (5e-324, "5e-324"), (1e21, "1e+21"), (1e-7, "1e-7"), (1e-6, "0.000001"), (1e20, "1" + "0" * 20),
        (2.0**53, "9007199254740992"), (333333333.33333329, "333333333.3333333"), (4.5, "4.5"), (2e-3, "0.002"),
    ],
)  # fmt: skip
def test_a_number_has_the_text_of_the_rfcs_own_table(value: float, text: str) -> None:
    assert canonical_float(value) == text


@given(DOUBLES)
def test_the_text_of_a_double_is_that_double(value: float) -> None:
    assert float(canonical_float(value)) == value


@given(st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER))
@example(MAX_SAFE_INTEGER)
@example(-MAX_SAFE_INTEGER)
def test_equal_numbers_have_one_text(value: int) -> None:
    assert canonical_value(value) == canonical_value(float(value)) == str(value)


def test_a_boolean_is_no_number() -> None:
    assert [canonical_value(value) for value in (True, 1, 1.0, False, 0)] == ["true", "1", "1", "false", "0"]


@given(TEXTS)
@example("".join(map(chr, range(1, 256))))
@example("\u2028\u2029\ufeff\uffff😀</script>/\\\"'")
def test_text_is_written_as_rfc_8785_says(text: str) -> None:
    assert canonical_value(text) == oracle(text)


# Beyond 2**53 microseconds (the year 2255) no double holds the time, and the oracle refuses it.
@given(devices, st.integers(1 - MAX_SAFE_INTEGER, MAX_SAFE_INTEGER - 1), metrics, st.none() | TEXTS)
def test_content_is_written_as_rfc_8785_says(
    device: str, time: int, metrics: dict[str, Value], identifier: str | None
) -> None:
    doubles = {name: float(value) if type(value) is int else value for name, value in metrics.items()}
    expected = rfc8785.dumps({"device": device, "metrics": doubles, "time": time})
    assert canonical_content(Reading(device, time, metrics, identifier)) == expected


@given(devices, metrics, st.randoms(use_true_random=False))
def test_the_order_of_metrics_does_not_matter(device: str, metrics: dict[str, Value], random: Random) -> None:
    shuffled = dict(random.sample(list(metrics.items()), len(metrics)))
    assert canonical_content(Reading(device, 0, shuffled)) == canonical_content(Reading(device, 0, metrics))


@given(metrics)
def test_content_is_json_that_says_the_same(metrics: dict[str, Value]) -> None:
    content = json.loads(canonical_content(Reading("d", 7, metrics)), parse_int=float)
    assert content == {"device": "d", "metrics": metrics, "time": 7}


def test_time_keeps_all_its_digits_where_no_double_holds_them() -> None:
    assert canonical_content(Reading("d", MAX_TIME, {"m": 1})).endswith(b'"time":253402300799999999}')


@pytest.mark.parametrize("vector", VECTORS)
def test_content_never_changes(vector: Vector) -> None:
    assert canonical_content(vector.reading).decode() == vector.content
