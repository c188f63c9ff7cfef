"""The collector as a process beside a run on this machine: it asks the platform's servers, and we keep what it says.

It is told where they are as the platform's own components are, by their environment, so that it may what they may. In
a cluster the same program is a container.
"""

import os
import subprocess
import sys
import threading
from typing import IO, Final, Self

import msgspec

from telemetry_loadtest.collector.lines import Line, decode_line, series_of
from telemetry_loadtest.results import Series
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.applied import read_applied
from telemetry_operator.local.plan import build_plan
from telemetry_operator.local.state import State

COMMAND: Final = (sys.executable, "-P", "-m", "telemetry_loadtest.collector")
GRACE: Final = 5.0  # seconds until a collector that was told to end is killed


class Collector:
    """Runs while the block does."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._lines: list[Line] = []

    def __enter__(self) -> Self:
        # A session of its own: Ctrl-C at the terminal is for us, and we end it.
        self._process = subprocess.Popen(
            COMMAND,
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as asked for
        self._thread = threading.Thread(target=self._read, args=(self._process.stdout,), name="collector", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def series(self, begin: float) -> list[Series]:
        """Everything that the servers said; `begin` is the run's, in seconds since the epoch."""
        found = series_of(self._lines, begin)
        return found or [Series("servers", "metrics", "", [], "the collector said nothing of them")]

    def _read(self, out: IO[bytes]) -> None:
        for text in out:
            try:
                self._lines.append(decode_line(text))
            except msgspec.MsgspecError:
                continue  # the last line of one that was killed


def servers_environment(state: State) -> dict[str, str]:
    """Where a platform's servers are, by the variables of its components; empty where that is not known any more."""
    applied = read_applied(state.applied)
    if applied is None:
        return {}
    try:
        plan = build_plan(applied.platform, applied.options, state.ports(), state)
    except PlatformError:
        return {}
    return {name: value for program in plan.services for name, value in program.environment.items()}
