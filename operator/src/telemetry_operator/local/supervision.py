"""The platform's supervisor: one supervisord per platform, which restarts what dies and keeps its logs.

It is recoverable from any end: whatever a killed supervisord left behind is known by the records that programs write as
they start, and is ended before anything is started anew.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from telemetry_operator.errors import PlatformError
from telemetry_operator.local.files import write_private
from telemetry_operator.local.logs import last_lines
from telemetry_operator.local.processes import await_end, end_processes, find_recorded, read_record, record_process
from telemetry_operator.local.program import Program
from telemetry_operator.local.supervisor_config import SupervisorPaths, build_configuration
from telemetry_operator.local.supervisor_rpc import ProcessInfo, SupervisorAwayError, SupervisorClient

# A unix socket's address has 108 bytes on Linux and 104 on macOS, and supervisord first adds its process number.
MAX_SOCKET_PATH = 90
SWEEP_SECONDS = 30.0
DAEMON_SECONDS = 15.0
PAUSE_SECONDS = 0.05


class SupervisorError(PlatformError):
    """The supervisor does not do its work."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How wanted programs differ from those supervised."""

    added: frozenset[str]
    changed: frozenset[str]
    removed: frozenset[str]


class Supervisor:
    """One platform's supervisord, running or not."""

    def __init__(self, run: Path, logs: Path) -> None:
        self.paths = SupervisorPaths(run, logs, _socket_path(run))
        self._client = SupervisorClient(self.paths.socket)

    def is_running(self) -> bool:
        try:
            return self._client.pid() > 0
        except SupervisorAwayError:
            return False

    def processes(self) -> dict[str, ProcessInfo]:
        """Return what is supervised by name; nothing where no supervisor runs."""
        try:
            return {info.name: info for info in self._client.processes()}
        except SupervisorAwayError:
            return {}

    def restarts(self, name: str) -> int:
        """Return how often a program was started again since it was last asked to start."""
        record = read_record(self.paths.record(name))
        return 0 if record is None else record.starts - 1

    def apply(self, programs: Mapping[str, Program]) -> Difference:
        """Supervise exactly these programs: stop what is gone or changed. Nothing is started yet."""
        self._write(programs)
        if not self.is_running():
            self._start_daemon()
            return Difference(frozenset(programs), frozenset(), frozenset())
        added, changed, removed = self._client.reload()
        self._forget_old_descriptions(programs)
        self.stop([*changed, *removed])
        for name in (*changed, *removed):
            self._client.remove(name)
        for name in (*changed, *added):
            self._client.add(name)
        return Difference(frozenset(added), frozenset(changed), frozenset(removed))

    def start(self, names: Iterable[str]) -> None:
        """Start programs anew; those that run are left alone."""
        running = {name for name, info in self.processes().items() if not info.ended}
        for name in names:
            if name not in running:
                self.paths.record(name).unlink(missing_ok=True)
                self._client.start(name)

    def stop(self, names: Collection[str]) -> None:
        """Stop programs at the same time, and return when all have ended."""
        for name in names:
            self._client.stop(name)
        _wait_for(lambda: all(info.ended for name, info in self.processes().items() if name in names))

    def shutdown(self) -> None:
        """End the supervisor and every process it ever started, however it was itself ended."""
        if self.is_running():
            daemon = psutil.Process(self._client.pid())
            self._client.shutdown()
            await_end([daemon], seconds=SWEEP_SECONDS)
        self._sweep()
        self.paths.socket.unlink(missing_ok=True)
        if self.paths.socket.parent != self.paths.run:
            shutil.rmtree(self.paths.socket.parent, ignore_errors=True)

    def leftovers(self) -> list[psutil.Process]:
        """Find the living processes of this platform by their own records."""
        return [process for file in self.paths.run.glob("*.process") if (process := find_recorded(file))]

    def _sweep(self) -> None:
        end_processes(self.leftovers(), grace_seconds=SWEEP_SECONDS)
        for file in self.paths.run.glob("*.process"):
            file.unlink()

    def _write(self, programs: Mapping[str, Program]) -> None:
        for directory in (self.paths.run, self.paths.logs, self.paths.programs):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for program in programs.values():
            write_private(self.paths.program_file(program), program.encode())
        write_private(self.paths.configuration, build_configuration(self.paths, programs).encode())

    def _forget_old_descriptions(self, programs: Mapping[str, Program]) -> None:
        current = {self.paths.program_file(program) for program in programs.values()}
        for file in set(self.paths.programs.iterdir()) - current:
            file.unlink()

    def _start_daemon(self) -> None:
        self._sweep()
        self.paths.socket.unlink(missing_ok=True)
        command = [sys.executable, "-P", "-m", "supervisor.supervisord", "-c", str(self.paths.configuration)]
        with self.paths.output.open("wb") as output:
            ended = subprocess.run(
                command,
                cwd=self.paths.run,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                start_new_session=True,
            )
        if ended.returncode != 0 or not _wait_for(self.is_running, seconds=DAEMON_SECONDS):
            raise SupervisorError(f"the process supervisor does not start: {last_lines(self.paths.output)}")
        record_process(self.paths.own_record, psutil.Process(self._client.pid()))


def _socket_path(run: Path) -> Path:
    """Return the socket's path: beside the rest, or in a short directory of its own where that would be too long."""
    beside = run / "supervisor.sock"
    if len(str(beside).encode()) <= MAX_SOCKET_PATH:
        return beside
    remembered = run / "socket-directory"
    if remembered.exists() and (directory := Path(remembered.read_text())).is_dir():
        return directory / beside.name
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="telemetry-"))
    write_private(remembered, str(directory).encode())
    return directory / beside.name


def _wait_for(condition: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return holds
