"""Knowing a process again: its number alone is not enough, numbers are reused; with its start time it is."""

import os
from pathlib import Path

import msgspec
import psutil

from telemetry_operator.local.files import write_private

# A process's start time is computed from the boot time, which the clock's corrections move a little.
START_TOLERANCE_SECONDS = 2.0


class ProcessRecord(msgspec.Struct, frozen=True):
    """One process of this machine; `started` in seconds since the epoch."""

    pid: int
    started: float


def record_self(path: Path) -> None:
    me = psutil.Process()
    write_private(path, msgspec.json.encode(ProcessRecord(os.getpid(), me.create_time())))


def find_recorded(path: Path) -> psutil.Process | None:
    """Find the living process that wrote `path`, or None."""
    try:
        record = msgspec.json.decode(path.read_bytes(), type=ProcessRecord)
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.started) < START_TOLERANCE_SECONDS
    except (OSError, msgspec.DecodeError, psutil.NoSuchProcess):
        return None
    return process if same and process.status() != psutil.STATUS_ZOMBIE else None


def end_processes(processes: list[psutil.Process], *, grace_seconds: float) -> None:
    """Ask processes to end, wait, and kill those (and their children) that did not."""
    families = [member for process in processes for member in (process, *_children(process))]
    _signal(processes, kill=False)
    psutil.wait_procs(processes, timeout=grace_seconds)
    left = [member for member in families if member.is_running()]
    _signal(left, kill=True)
    psutil.wait_procs(left, timeout=grace_seconds)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(processes: list[psutil.Process], *, kill: bool) -> None:
    for process in processes:
        try:
            process.kill() if kill else process.terminate()
        except psutil.NoSuchProcess:
            continue
