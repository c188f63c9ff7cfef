"""The real servers for tests: one set per test run, and servers of a test's own that it may kill.

The shared ones are started by whoever first needs them. Each has a keeper (`tests.support.keeper`), a process that
ends it when the test run is over or gone, however it ended.
"""

import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import psutil

from telemetry_operator.local.files import exclusive, write_private
from telemetry_operator.local.processes import end_processes, find_recorded
from telemetry_operator.local.program import launch_argv
from telemetry_operator.local.servers import kafka, postgres, valkey
from telemetry_operator.local.servers.server import Server
from telemetry_operator.local.state import cache_directory
from tests.support.ports import take_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 60
START_SECONDS = 100


def describe_postgres(directory: Path, **settings: str) -> Server:
    port = take_port()
    return postgres.describe(directory / "postgres", port=port, password=secrets.token_hex(8), **settings)


def describe_redis(directory: Path, **settings: str) -> Server:
    port = take_port()
    return valkey.describe(directory / "redis", port=port, password=secrets.token_hex(8), **settings)


def describe_kafka(directory: Path) -> Server:
    port, controller_port = take_port(), take_port()
    return kafka.describe(directory / "kafka", port=port, controller_port=controller_port, cache=cache_directory())


# What the shared servers may differ in from those of a platform: nothing is kept, and many tests connect at once.
SHARED: dict[str, Callable[[Path], Server]] = {
    "postgres": lambda directory: describe_postgres(directory, max_connections="400", fsync="off"),
    "redis": lambda directory: describe_redis(directory, databases="4096"),
    "kafka": describe_kafka,
}


class RunningServer:
    """A server of a test's own: it may be killed, stopped and started again on the same data and port."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server = server
        self.address = server.address
        self._file = directory / f"{server.name}.json"
        self._log = directory / f"{server.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.server.prepare()
        write_private(self._file, self.server.program.encode())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(launch_argv(self._file), stdout=log, stderr=log)
        wait_until(self._is_up, what=f"{self.server.name} is up", timeout=START_SECONDS)

    def kill(self) -> None:
        """End it as a power cut of the process would: SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.Signals[f"SIG{self.server.program.stop_signal}"])

    def freeze(self) -> None:
        """Let it stand still with its connections open, children and all, until `thaw`."""
        self._signal_family(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_family(signal.SIGCONT)

    def last_log_lines(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.server.name} ended: {self.last_log_lines()}"
        return self.server.is_ready()

    def _signal_family(self, signal_number: signal.Signals) -> None:
        assert self._process is not None
        own = psutil.Process(self._process.pid)
        # PostgreSQL's connections are processes of their own; the parent first, so that it makes no more of them.
        for process in (own, *own.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal_number)

    def _end(self, signal_number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self._process.send_signal(signal_number)
            self._process.wait(STOP_SECONDS)


@contextmanager
def running(server: Server, directory: Path) -> Iterator[RunningServer]:
    """Run a server until the block ends, whatever was done to it inside."""
    own = RunningServer(server, directory)
    try:
        own.start()
        yield own
    finally:
        own.stop()


class SharedServers:
    """The one set of servers of a test run, seen from any of its processes."""

    def __init__(self, directory: Path | str, controller: int) -> None:
        self.directory = Path(directory)
        self.controller = controller

    @classmethod
    def create(cls, controller: int) -> Self:
        return cls(tempfile.mkdtemp(prefix="telemetry-tests-"), controller)

    def address(self, name: str) -> str:
        """Return a server's address, starting it if nobody has yet."""
        file = self.directory / f"{name}.address"
        with exclusive(self.directory / f"{name}.lock"):
            if not file.exists():
                self._start_keeper(name, file)
        return file.read_text()

    def end(self) -> None:
        """End all keepers, and with them the servers."""
        keepers = [find_recorded(file) for file in self.directory.glob("*.keeper")]
        end_processes([keeper for keeper in keepers if keeper], grace_seconds=STOP_SECONDS)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start_keeper(self, name: str, address: Path) -> None:
        arguments = [sys.executable, "-m", "tests.support.keeper", name, str(self.directory), str(self.controller)]
        log, failed = self.directory / f"{name}.keeper-log", self.directory / f"{name}.failed"
        failed.unlink(missing_ok=True)
        with log.open("ab") as output:
            subprocess.run(arguments, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True)

        def is_up() -> bool:
            assert not failed.exists(), f"{name} did not start: {log.read_text(errors='replace')}"
            return address.exists()

        wait_until(is_up, what=f"{name} is up", timeout=START_SECONDS)
