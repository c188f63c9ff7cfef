from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.resources.redis import settings_of
from telemetry_operator.specs.quantity import Quantity
from tests.unit.resources.given import platform_in


@given(st.integers(1, 1 << 20))
def test_what_is_kept_leaves_room_below_the_limit(mebi: int) -> None:
    limit = Quantity(f"{mebi}Mi")
    redis = {"builtin": {"resources": {"limits": {"memory": limit}}}}
    kept = int(settings_of(platform_in(redis=redis).spec)["maxmemory"])
    assert limit.bytes * 6 // 10 < kept < limit.bytes * 8 // 10


def test_nothing_is_written_while_it_runs_and_all_when_it_ends() -> None:
    settings = settings_of(platform_in(architecture="redis").spec)
    assert (settings["save"], settings["appendonly"]) == ('""', "no")
    assert "save" in settings["shutdown-on-sigterm"].split()
