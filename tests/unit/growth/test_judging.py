import pytest
from tools.growth import judging
from tools.growth.results import Asked, Look, Memory, Start

MIB = 2**20


def memory_of(*mebibytes: float, warm: int = 0, **more: object) -> Memory:
    """A service that is looked at every 100,000 readings."""
    looks = [Look(units=100_000 * number, resident=int(size * MIB)) for number, size in enumerate(mebibytes)]
    return Memory(preset="kafka", service="producer", unit="readings", warm=warm, looks=looks, **more)  # type: ignore[arg-type] # whichever a test is about


def test_growth_is_the_slope_after_warm_up() -> None:
    assert judging.growth(memory_of(10, 90, 100, 102, 104, warm=2)) == pytest.approx(2)


def test_a_service_that_stays_as_it_is_holds() -> None:
    assert judging.holds(memory_of(100, 101, 100, 101))


def test_a_service_that_settles_late_holds_and_one_that_goes_on_growing_does_not() -> None:
    assert judging.holds(memory_of(50, 80, 100, 100, 100, 100))
    assert not judging.holds(memory_of(50, 60, 70, 80, 90, 100))


def test_a_service_above_its_bound_does_not_hold_however_still_it_is() -> None:
    assert not judging.holds(memory_of(151, 151, 151, 151))


def test_a_store_in_memory_is_not_judged() -> None:
    assert judging.holds(memory_of(100, 200, 300, 400, held=1_000_000)) is None


def test_nothing_is_told_from_too_short_a_load() -> None:
    assert judging.holds(memory_of(50, 60, 70, warm=2)) is None


def test_the_median_of_the_starts_counts() -> None:
    assert judging.starts_fast(Start(preset="kafka", service="producer", seconds=[0.5, 9.0, 0.6]))
    assert not judging.starts_fast(Start(preset="kafka", service="producer", seconds=[2.5, 0.5, 2.6]))


def test_a_long_history_is_as_fast_within_what_a_short_one_differs_from_itself() -> None:
    assert judging.is_as_fast(Asked(question="latest", short=[1.0], again=[1.6], long=[1.9]))
    assert not judging.is_as_fast(Asked(question="latest", short=[1.0], again=[1.0], long=[1.6]))
