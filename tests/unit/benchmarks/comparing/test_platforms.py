"""Platforms of cells: taken away whatever happens, and no others with them."""

from contextlib import suppress

import pytest

from telemetry_operator.benchmarks.comparing import platforms
from telemetry_operator.benchmarks.comparing.platforms import (
    fresh_platform,
    running_beside,
    take_away,
    take_away_leftovers,
)
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.state import open_state, platform_names, states_directory
from tests.support.manifests import platform_of

PLATFORM = platform_of("compare-abc-baseline")


class Quiet:
    def step(self, text: str) -> None:
        """Hear nothing."""


@pytest.mark.parametrize("error", [PlatformError("it does not come up"), KeyboardInterrupt()])
def test_what_a_failed_start_left_is_taken_away(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object) -> None:
        open_state(PLATFORM.metadata.name)
        raise error

    monkeypatch.setattr(platforms, "bring_up", fail)
    with pytest.raises(type(error)), fresh_platform(PLATFORM, Quiet()):
        pytest.fail("it is not up")
    assert platform_names() == []


def test_nothing_is_left_of_a_platform_not_even_its_lock() -> None:
    open_state("compare-abc-redis")
    take_away("compare-abc-redis")
    assert list(states_directory().iterdir()) == []


def test_only_leftovers_of_known_comparisons_are_taken_away() -> None:
    for name in ("compare-abc-redis", "compare-fff-redis", "compare-abc", "mine"):
        open_state(name)
    assert take_away_leftovers(["abc"]) == ["compare-abc-redis"]
    assert platform_names() == ["compare-abc", "compare-fff-redis", "mine"]


def test_without_any_comparison_nothing_is_taken_away() -> None:
    open_state("mine")
    assert take_away_leftovers([]) == []
    assert running_beside() == []


def test_the_block_ends_with_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms, "bring_up", lambda *_: open_state(PLATFORM.metadata.name))
    with pytest.raises(ZeroDivisionError), suppress(PlatformError), fresh_platform(PLATFORM, Quiet()):
        raise ZeroDivisionError
    assert platform_names() == []
