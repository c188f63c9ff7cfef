"""A cell's own platform: fresh, named so that no person's is touched, and gone with its data when the cell is over."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from telemetry_loadtest.comparison_plan import PlannedCell
from telemetry_operator.client.interrupt import signals_held
from telemetry_operator.local.down import bring_down
from telemetry_operator.local.options import Options
from telemetry_operator.local.progress import Progress
from telemetry_operator.local.state import choose_state, forget, is_running, platform_names
from telemetry_operator.local.up import bring_up
from telemetry_operator.specs.platform import TelemetryPlatform

_PREFIX: Final = "compare"


def platform_name(token: str, cell: PlannedCell) -> str:
    return f"{_PREFIX}-{token}-{cell.variant}"


@contextmanager
def fresh_platform(platform: TelemetryPlatform, progress: Progress) -> Iterator[None]:
    """A platform that is up while the block runs. A signal that comes while it is taken away has its effect after.

    Raises:
        PlatformError: it does not come up.
    """
    try:
        bring_up(platform, Options(), progress)
        yield
    finally:
        with signals_held():
            take_away(platform.metadata.name)


def take_away(name: str) -> None:
    """End a platform of a cell, and delete all that it left; nothing where there is none."""
    if name in platform_names():
        bring_down(choose_state(name), _Silence(), delete_data=True)
    forget(name)


def take_away_leftovers(tokens: Iterable[str]) -> list[str]:
    """Take away what comparisons of these tokens left here that were killed; return the names of those platforms."""
    prefixes = tuple(f"{_PREFIX}-{token}-" for token in tokens)
    left = [name for name in platform_names() if name.startswith(prefixes)]
    for name in left:
        take_away(name)
    return left


def running_beside() -> list[str]:
    """The platforms that run here, whosever they are: they take from each cell what it would have had."""
    return [name for name in platform_names() if is_running(name)]


class _Silence:
    def step(self, text: str) -> None:
        """Tell nobody."""
