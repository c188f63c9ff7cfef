"""telemetryctl as a person runs it, with state directories of the test's own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from telemetry_operator.local.state import State
from telemetry_operator.local.status import observe

PROGRAM = [sys.executable, "-m", "telemetry_operator"]
COMMAND_SECONDS = 240


class Ctl:
    """Runs telemetryctl on a state directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._applied: dict[Path, str] = {}
        self._environment = {**os.environ, "XDG_STATE_HOME": str(directory)}

    def state(self, name: str) -> Path:
        return self.directory / "telemetry-platform" / name

    def run(self, *arguments: str, code: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, which is to have this exit code where one is given."""
        ended = subprocess.run(
            [*PROGRAM, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert code in {None, ended.returncode}, f"exit code {ended.returncode}: {ended.stdout}{ended.stderr}"
        return ended

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that heeds Ctrl-C, its progress on a pipe."""
        # A shell that starts a test run in the background has it ignore SIGINT, and a child would inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [*PROGRAM, *arguments],
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)

    def up(self, manifest: Path, *options: str) -> dict[str, Any]:
        """Bring a platform up, and return its status."""
        result = self.run("up", str(manifest), "--output", "json", *options, code=0)
        self._applied[manifest] = manifest.read_text()
        status: dict[str, Any] = json.loads(result.stdout)
        return status

    def is_up(self, manifest: Path) -> bool:
        """Say whether a platform is up as its manifest says now."""
        return self._applied.get(manifest) == manifest.read_text() and self.status(manifest.stem)["state"] == "up"

    def status(self, name: str) -> dict[str, Any]:
        """Return what the command prints as JSON, without a process of its own."""
        status: dict[str, Any] = msgspec.to_builtins(observe(State(self.state(name))))
        return status

    def pids(self, name: str) -> dict[str, int]:
        return {process["name"]: process["pid"] for process in self.status(name)["processes"]}

    def kill_supervisor(self, name: str) -> None:
        os.kill(int((self.state(name) / "run" / "supervisord.pid").read_text()), signal.SIGKILL)

    def manifest(self, name: str, architecture: str = "stream-redis", spec: str = "") -> Path:
        path = self.directory / f"{name}.yaml"
        path.write_text(
            "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryPlatform\n"
            f"metadata: {{name: {name}}}\nspec: {{architecture: {architecture}{spec}}}\n"
        )
        return path


@pytest.fixture(scope="module")
def ctl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ctl]:
    """A telemetryctl whose platforms are all ended and deleted with the module."""
    ctl = Ctl(tmp_path_factory.mktemp("state"))
    yield ctl
    for path in (ctl.directory / "telemetry-platform").glob("*/format"):
        ctl.run("down", path.parent.name, "--delete-data")
