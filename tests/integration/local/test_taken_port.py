"""A port is somebody else's by the time that its server wants it, whatever was seen when it was chosen."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telemetry_operator.local.down import bring_down
from telemetry_operator.local.options import Options
from telemetry_operator.local.state import State, open_state
from telemetry_operator.local.up import bring_up
from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform

PLATFORM = TelemetryPlatform.model_validate(
    {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "robbed"}, "spec": {"architecture": "redis"}}
)


class Robber:
    """Listens on the port that was chosen for Redis, just before Redis does."""

    def __init__(self, state: State) -> None:
        self.robbed = 0
        self.steps: list[str] = []
        self._state = state
        self._stack = ExitStack()

    def step(self, text: str) -> None:
        self.steps.append(text)
        if text == "preparing redis" and not self.robbed:
            self.robbed = self._state.ports()["redis"]
            self._stack.enter_context(socket.create_server(("127.0.0.1", self.robbed)))

    def end(self) -> None:
        self._stack.close()


@pytest.fixture
def robber(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Robber]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = open_state("robbed")
    robber = Robber(state)
    yield robber
    bring_down(state, robber, delete_data=True)
    robber.end()


def test_another_is_chosen(robber: Robber) -> None:
    bring_up(PLATFORM, Options(), robber)
    assert "a port was taken before its server had it; choosing again" in robber.steps
    assert open_state("robbed").ports()["redis"] != robber.robbed
