"""A master's workers as processes of this machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import gevent

from telemetry_loadtest.engine.master import Master
from telemetry_loadtest.engine.worker import end_with_parent

GRACE: Final = 5.0  # seconds until a worker that was told to end is killed


@contextmanager
def keeping_workers(plan_file: Path, workers: int, master: Master) -> Iterator[None]:
    """Keep the workers of a plan while the block lasts."""
    command = [sys.executable, "-m", "telemetry_loadtest.engine", str(plan_file), "--master-port", str(master.port)]
    processes = [
        subprocess.Popen([*command, "--worker", str(number)], stdout=subprocess.DEVNULL, start_new_session=True)
        for number in range(workers)
    ]
    watching = gevent.spawn(_watch, processes, master)
    gevent.spawn(end_with_parent, os.getppid())
    try:
        yield
    finally:
        watching.kill()
        for process in processes:
            _end(process)


def _watch(processes: list[subprocess.Popen[bytes]], master: Master) -> None:
    while True:
        gevent.sleep(0.2)
        for number, process in enumerate(processes):
            if process.poll() is not None:
                master.lose(number, f"its process ended with exit code {process.returncode}")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
