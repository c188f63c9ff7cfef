from pathlib import Path

import pytest
from tools.prove.operating import Buckets, Operator, quantile

BEFORE: Buckets = {0.1: 10.0, 1.0: 20.0, float("inf"): 20.0}


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ({0.1: 110.0, 1.0: 120.0, float("inf"): 120.0}, 0.095),
        ({0.1: 10.0, 1.0: 120.0, float("inf"): 120.0}, 0.955),
        ({0.1: 10.0, 1.0: 20.0, float("inf"): 120.0}, 1.0),
    ],
)
def test_a_quantile_is_of_the_visits_between_two_looks(after: Buckets, seconds: float) -> None:
    assert quantile(0.95, BEFORE, after) == pytest.approx(seconds)


def test_writes_are_counted_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "operator.log"
    log.write_text('{"verb": "Apply", "event": "object-written"}\n{"event": "lease-renewed"}\n')
    assert Operator(pid=1, port=1, log=log, exit_code=lambda: None).writes() == 1
