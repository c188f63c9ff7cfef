import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.resources.postgres import max_connections, settings_of
from tests.unit.resources.given import platform_in

MEMORY = st.integers(64, 1 << 20).map(lambda mebi: f"{mebi}Mi")


def settings(memory: str = "1Gi", volume: str = "10Gi", **spec: Any) -> dict[str, str]:  # noqa: ANN401
    builtin = {"resources": {"limits": {"memory": memory}}, "storage": {"size": volume}}
    return settings_of(platform_in(postgres={"builtin": builtin}, **spec).spec)


def megabytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)MB", text)
    assert found
    return int(found[1])


@given(MEMORY, MEMORY)
def test_memory_and_log_fit_into_what_there_is(memory: str, volume: str) -> None:
    found = {name: value for name, value in settings(memory, volume).items() if value.endswith("MB")}
    sizes = {name: megabytes(value) for name, value in found.items()}
    assert 16 <= sizes["shared_buffers"] <= int(memory.removesuffix("Mi")) // 4
    # Two segments of 16 MB each are the least that PostgreSQL takes.
    assert 32 <= sizes["min_wal_size"] < sizes["max_wal_size"] <= max(64, int(volume.removesuffix("Mi")) // 8)
    assert 4 <= sizes["work_mem"] <= 64


def test_there_is_a_connection_for_every_replica_that_there_may_be() -> None:
    def connections(most: int) -> int:
        components = ("producer", "consumer", "analytics")
        scaled: dict[str, Any] = {name: {"autoscaling": {"maxReplicas": most}} for name in components}
        return max_connections(platform_in(architecture="kafka", **scaled).spec)

    assert (connections(1), connections(4), connections(12)) == (100, 200, 800)
    assert max_connections(platform_in(architecture="baseline").spec) == 100


def test_a_little_more_scaling_does_not_restart_it() -> None:
    few, more = (settings(analytics={"replicas": count}) for count in (1, 2))
    assert few == more
