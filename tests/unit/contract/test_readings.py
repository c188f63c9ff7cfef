import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.readings import (
    DEVICE_PATTERN,
    MAX_DEVICE,
    MAX_METRIC_NAME,
    METRIC_PATTERN,
    _is_short_metric,
    is_device,
    is_metric,
    is_reserved,
)


@given(st.from_regex(DEVICE_PATTERN, fullmatch=True))
def test_what_the_published_pattern_matches_is_a_device(text: str) -> None:
    assert is_device(text)


@given(st.from_regex(METRIC_PATTERN, fullmatch=True))
def test_what_the_published_pattern_matches_is_a_metric(text: str) -> None:
    assert is_metric(text)


@pytest.mark.parametrize("text", ["", "a b", "a\n", "a/b", "é", "٣", "a\0", '"', "a" * (MAX_DEVICE + 1)])
def test_no_other_text_is_a_device(text: str) -> None:
    assert not is_device(text)


@pytest.mark.parametrize("text", ["", ".a", "-a", "/a", ":a", "a b", "a\n", "é", "\ud800", "a" * (MAX_METRIC_NAME + 1)])
def test_no_other_text_is_a_metric(text: str) -> None:
    assert not is_metric(text)


def test_the_longest_names_are_allowed() -> None:
    assert is_device("a" * MAX_DEVICE)
    assert is_metric("a" * MAX_METRIC_NAME)


def test_a_name_beyond_the_limit_is_not_kept_in_memory() -> None:
    before = _is_short_metric.cache_info().misses
    assert not is_metric("m" * 1_000_000)
    assert _is_short_metric.cache_info().misses == before


@given(st.text())
def test_names_need_no_escape_in_json(text: str) -> None:
    if is_device(text) or is_metric(text):
        assert text.isascii()
        assert text.isprintable()
        assert not {'"', "\\"} & set(text)


def test_ids_that_begin_with_an_underscore_are_the_platforms_own() -> None:
    assert is_reserved("_probe")
    assert not is_reserved("pump_7")
