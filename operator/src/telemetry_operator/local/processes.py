"""Knowing a process again: its number alone is not enough, numbers are reused; with its start time it is."""

import time
from collections.abc import Collection
from pathlib import Path

import msgspec
import psutil

from telemetry_operator.local.files import write_private

# A process's start time is computed from the boot time, which the clock's corrections move a little.
START_TOLERANCE_SECONDS = 2.0
PAUSE_SECONDS = 0.05


class ProcessRecord(msgspec.Struct, frozen=True):
    """One process of this machine; `started` in seconds since the epoch. `starts` counts those under this record."""

    pid: int
    started: float
    starts: int = 1


def record_process(path: Path, process: psutil.Process) -> None:
    """Write down who a process is, and how often one was written down here."""
    before = read_record(path)
    starts = 1 if before is None else before.starts + 1
    write_private(path, msgspec.json.encode(ProcessRecord(process.pid, process.create_time(), starts)))


def read_record(path: Path) -> ProcessRecord | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ProcessRecord)
    except (OSError, msgspec.DecodeError):
        return None


def find_recorded(path: Path) -> psutil.Process | None:
    """Find the living process that `path` records, or None."""
    record = read_record(path)
    if record is None:
        return None
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.started) < START_TOLERANCE_SECONDS
    except psutil.NoSuchProcess:
        return None
    return process if same and is_alive(process) else None


def is_alive(process: psutil.Process) -> bool:
    """Say whether it still does anything: a zombie only waits for its parent to look."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def await_end(processes: Collection[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Wait until processes have ended; return those that have not by then."""
    deadline = time.monotonic() + seconds
    while (left := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return left


def end_processes(processes: Collection[psutil.Process], *, grace_seconds: float) -> None:
    """Ask processes to end, wait, and kill those (and their children) that did not."""
    families = [member for process in processes for member in (process, *_children(process))]
    _signal(processes, kill=False)
    await_end(processes, seconds=grace_seconds)
    _signal(families, kill=True)
    await_end(families, seconds=grace_seconds)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(processes: Collection[psutil.Process], *, kill: bool) -> None:
    for process in processes:
        try:
            process.kill() if kill else process.terminate()
        except psutil.NoSuchProcess:
            continue
