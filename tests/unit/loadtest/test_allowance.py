import os
from pathlib import Path

import pytest

from telemetry_loadtest.allowance import allowed_cores, held_back_seconds, parse_limit, parse_throttled


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000\n", None), ("50000 100000\n", 0.5), ("200000 100000", 2.0), ("", None)]
)
def test_a_limit_is_a_share_of_the_time(text: str, cores: float | None) -> None:
    assert parse_limit(text) == cores


def test_a_process_may_use_its_limit_or_the_whole_machine(tmp_path: Path) -> None:
    limit = tmp_path / "cpu.max"
    assert allowed_cores(limit) == os.cpu_count()
    limit.write_text("50000 100000\n")
    assert allowed_cores(limit) == 0.5
    limit.write_text("6400000 10000\n")
    assert allowed_cores(limit) == os.cpu_count()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("usage_usec 90\nnr_throttled 3\nthrottled_usec 1500000\n", 1.5),
        ("usage_usec 90\nthrottled_usec 0\n", 0.0),
        ("usage_usec 90\n", None),
        ("throttled_usec many\n", None),
        ("throttled_usec\n", None),
        ("", None),
    ],
)
def test_how_long_a_limit_held_back_is_counted_in_microseconds(text: str, seconds: float | None) -> None:
    assert parse_throttled(text) == seconds


def test_where_nothing_is_counted_nobody_can_say(tmp_path: Path) -> None:
    counted = tmp_path / "cpu.stat"
    assert held_back_seconds(counted) is None
    counted.write_text("throttled_usec 20000\n")
    assert held_back_seconds(counted) == 0.02
