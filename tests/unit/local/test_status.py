from pathlib import Path

import pytest

from telemetry_operator.local.applied import Applied, write_applied
from telemetry_operator.local.options import Options
from telemetry_operator.local.plan import Process
from telemetry_operator.local.state import State, open_state
from telemetry_operator.local.status import PlatformState, UnknownComponentError, log_sources, observe
from tests.unit.local.platforms import platform


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = open_state("plant")
    for name in ("producer-1", "producer-2", "kafka"):
        (state.logs / f"{name}.log").touch()
    return state


def test_a_component_has_the_logs_of_all_its_replicas(state: State) -> None:
    assert [source.label for source in log_sources(state, "producer")] == ["producer-1", "producer-2"]


@pytest.mark.parametrize("name", ["producer-2", "kafka"])
def test_one_process_has_its_own_log_without_a_label(state: State, name: str) -> None:
    (source,) = log_sources(state, name)
    assert (source.label, source.path.name) == ("", f"{name}.log")


def test_an_unknown_component_is_told_what_there_is(state: State) -> None:
    with pytest.raises(UnknownComponentError, match="plant has no redis") as caught:
        log_sources(state, "redis")
    assert caught.value.hint == "it has: kafka, producer"


def test_a_platform_that_never_came_up_is_down(state: State) -> None:
    assert observe(state).state is PlatformState.DOWN


def test_a_platform_that_was_ended_is_down_with_all_its_processes(state: State) -> None:
    manifest = platform().model_dump(mode="json", by_alias=True, exclude_unset=True)
    options = Options(postgres="postgresql://u:hunter2@db/telemetry")
    write_applied(state.applied, Applied(manifest, options, (Process("kafka", "kafka", 20_001),), {}))
    found = observe(state)
    assert found.state is PlatformState.DOWN
    assert [(process.name, process.state, process.pid) for process in found.processes] == [("kafka", "stopped", None)]
    assert found.servers == {"postgres": "db/telemetry"}
