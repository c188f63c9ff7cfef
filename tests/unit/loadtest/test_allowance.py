import os
from pathlib import Path

import pytest

from telemetry_loadtest.allowance import allowed_cores, parse_limit


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
