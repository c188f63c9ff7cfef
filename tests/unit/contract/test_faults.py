import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry_contract.faults import FIELDS, MAX_FAULTS, Fault, inspect_body
from telemetry_contract.readings import MAX_STRING, Reading
from tests.unit.contract.strategies import values
from tests.unit.contract.vectors import NOON

GOOD: dict[str, Any] = {"device": "d", "time": "2026-01-31T12:00:00Z", "metrics": {"m": 1}}

keys = st.sampled_from([*FIELDS, "", "/", "~", "~1", "m/0", "a~b", "é", "\ud800"]) | st.text(max_size=3)
anything = st.recursive(
    st.none() | values | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)
odd_readings = st.dictionaries(keys, anything, max_size=5) | st.fixed_dictionaries(
    {}, optional={"device": anything, "time": anything, "metrics": st.dictionaries(keys, anything), "id": anything}
)


def find_faults(item: Any, device: str | None = None) -> tuple[Fault, ...]:  # noqa: ANN401 - anything that JSON can say
    (found,) = inspect_body(json.dumps([item]).encode(), device=device, max_metrics=64, max_readings=1000)
    return found if isinstance(found, tuple) else ()


def find_one(**changes: Any) -> tuple[str, str]:  # noqa: ANN401 - anything that JSON can say
    (fault,) = find_faults({**GOOD, **changes})
    return fault.pointer, fault.code


def resolve(pointer: str, document: Any) -> Any:  # noqa: ANN401 - anything that JSON can say
    """Follow an RFC 6901 pointer; a step that leads nowhere is a KeyError."""
    for step in pointer.split("/")[1:]:
        document = document[step.replace("~1", "/").replace("~0", "~")]
    return document


@given(odd_readings)
@example({"": 1, "/": 1, "~": 1, "a/b~c": 1, "~01": 1, "metrics": {"a/b": None, "~1": None}})
@example({"\ud800": 1, "x" * 100_000: 1, "metrics": {"\udfff": None, "y" * 100_000: None}})
def test_each_pointer_leads_to_what_is_wrong_or_names_what_is_missing(item: dict[str, Any]) -> None:
    for fault in find_faults(item):
        if fault.code == "missing-field":
            assert fault.pointer in {"/device", "/time", "/metrics"}
            assert item.get(fault.pointer[1:]) is None
        else:
            resolve(fault.pointer, item)


@given(odd_readings | anything)
def test_faults_can_always_be_sent(item: Any) -> None:  # noqa: ANN401 - anything that JSON can say
    found = find_faults(item)
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Fault, ...]) == found


@pytest.mark.parametrize("name", ["\ud800", "x" * (MAX_STRING + 1)])
def test_a_name_that_cannot_be_quoted_back_leaves_the_pointer_at_its_object(name: str) -> None:
    assert find_one(**{name: 1}) == ("", "unknown-field")
    assert find_one(metrics={name: 1}) == ("/metrics", "invalid-metric")


def test_all_that_is_wrong_is_named_at_once() -> None:
    item = {"device": "a b", "time": "now", "metrics": {"a/b~c": None, " ": 1, "n": 2**53 + 1}, "id": "", "colour": 1}
    assert {(fault.pointer, fault.code) for fault in find_faults(item)} == {
        ("/device", "invalid-device"),
        ("/time", "invalid-time"),
        ("/metrics/a~1b~0c", "invalid-metric"),
        ("/metrics/a~1b~0c", "invalid-value"),
        ("/metrics/ ", "invalid-metric"),
        ("/metrics/n", "invalid-value"),
        ("/id", "invalid-id"),
        ("/colour", "unknown-field"),
    }


def test_what_is_missing_is_named() -> None:
    assert [(fault.pointer, fault.code) for fault in find_faults({})] == [
        (f"/{name}", "missing-field") for name in ("device", "time", "metrics")
    ]


@pytest.mark.parametrize("item", [None, 1, 10**30, True, "text", [], 1.5])
def test_what_is_no_object_is_no_reading(item: Any) -> None:  # noqa: ANN401 - anything that JSON can say
    assert [(fault.pointer, fault.code) for fault in find_faults(item)] == [("", "wrong-type")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"time": 1}, ("/time", "wrong-type")),
        ({"time": None}, ("/time", "wrong-type")),
        ({"time": "2026-01-31T12:00:00"}, ("/time", "invalid-time")),
        ({"metrics": []}, ("/metrics", "wrong-type")),
        ({"metrics": {}}, ("/metrics", "metrics-count")),
        ({"metrics": {f"m{number}": 1 for number in range(65)}}, ("/metrics", "metrics-count")),
        ({"metrics": {"m": {"deep": 1}}}, ("/metrics/m", "invalid-value")),
        ({"device": 1}, ("/device", "invalid-device")),
        ({"device": ""}, ("/device", "invalid-device")),
        ({"device": "d" * 129}, ("/device", "invalid-device")),
        ({"id": 1}, ("/id", "invalid-id")),
        ({"id": "i" * 129}, ("/id", "invalid-id")),
        ({"id": "a\0"}, ("/id", "invalid-id")),
        ({"id": "\ud800"}, ("/id", "invalid-id")),
        ({"Time": 1}, ("/Time", "unknown-field")),
    ],
)
def test_a_fault_has_its_place_and_its_code(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert find_one(**changes) == expected


def test_each_key_that_stands_twice_is_named_once() -> None:
    body = b'{"time":"2026-01-31T12:00:00Z","x":1,"x":2,"x":3,"metrics":{"a":1,"a":1,"b":2,"b":3,"c":4}}'
    (found,) = inspect_body(body, device="d", max_metrics=64, max_readings=1)
    assert isinstance(found, tuple)
    assert [fault.pointer for fault in found if fault.code == "duplicate-key"] == ["/x", "/metrics/a", "/metrics/b"]


def test_an_answer_names_so_many_faults_and_no_more() -> None:
    assert len(find_faults({f"field{number}": 1 for number in range(10_000)})) == MAX_FAULTS


def test_a_faultless_reading_is_read() -> None:
    assert inspect_body(json.dumps(GOOD).encode(), device=None, max_metrics=1, max_readings=1) == [
        Reading("d", NOON, {"m": 1})
    ]
