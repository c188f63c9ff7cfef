import pytest
from tools.bench.machine import describe_machine, warn_of

IDLE = {"cores": 2, "load_average": [0.1, 0.5, 0.5], "cpu_percent": 1.0, "revision": "abc"}


def test_an_idle_machine_at_a_clean_revision_gives_no_warning() -> None:
    assert warn_of(IDLE) == []


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"load_average": [1.5, 0.0, 0.0]}, "was not idle"),
        ({"cpu_percent": 40.0}, "was not idle"),
        ({"cores": 1, "load_average": [0.0]}, "one core only"),
        ({"revision": "abc-modified"}, "work tree is modified"),
    ],
)
def test_what_makes_a_run_doubtful_is_said(change: dict[str, object], warning: str) -> None:
    (found,) = warn_of(IDLE | change)
    assert warning in found


def test_a_machine_is_described_with_the_versions_of_all_that_runs() -> None:
    found = describe_machine()
    assert {"uvicorn", "uvloop", "httptools", "librdkafka"} <= found["libraries"].keys()
    assert found["servers"]["kafka"].startswith("4.")
