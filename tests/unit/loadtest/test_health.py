"""When the generator is not believed."""

from typing import Any

import pytest

from telemetry_loadtest.health import faults_of
from telemetry_loadtest.results import HealthSample
from tests.unit.loadtest.plans import health_of, plan_of

PLAN = plan_of(seconds=100)
WELL = [health_of(at) for at in range(2, 102)]


def faults(samples: list[HealthSample]) -> list[str]:
    return faults_of(PLAN, samples, lost=(), local_errors=0)


def beyond(many: int, **values: Any) -> list[HealthSample]:  # noqa: ANN401 - a sample's own
    return [*WELL[many:], *(health_of(at, **values) for at in range(2, 2 + many))]


def test_a_generator_that_is_well_has_no_faults() -> None:
    assert faults(WELL) == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"cpu": 0.97}, "in 6 of 100 seconds a worker took 97% of a core (limit 90%)"),
        ({"loop_lag": 230.0}, "in 6 of 100 seconds a worker stood still for 230 ms (limit 100 ms)"),
        (
            {"held_back": 180.0},
            "in 6 of 100 seconds a worker was held back for 180 ms by its CPU limit (limit 100 ms)",
        ),
        ({"slip": 150.0}, "in 6 of 100 seconds a worker began requests 150 ms late (limit 100 ms)"),
    ],
)
def test_more_seconds_beyond_a_limit_than_are_allowed_are_a_fault(values: dict[str, float], told: str) -> None:
    assert faults(beyond(5, **values)) == []
    assert faults(beyond(6, **values)) == [told]


def test_one_bad_second_of_a_short_run_is_none() -> None:
    short = [health_of(2, slip=900.0), health_of(3), health_of(4)]
    assert faults(short) == []
    assert faults([*short, health_of(5, slip=900.0)])


def test_what_happens_in_the_warm_up_or_after_the_last_arrival_is_no_fault() -> None:
    assert faults([*WELL, *(health_of(at, slip=900.0) for at in (0, 1, *range(102, 120)))]) == []


def test_a_lost_worker_and_connections_that_failed_for_our_own_want_are_faults() -> None:
    found = faults_of(PLAN, WELL, lost=["worker 1 was lost (killed)"], local_errors=3)
    assert [one.split(",")[0] for one in found[:1]] == ["worker 1 was lost (killed)"]
    assert "generator's own side" in found[1]
