import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from telemetry_operator.local.processes import (
    ProcessRecord,
    end_processes,
    find_recorded,
    is_alive,
    read_record,
    record_process,
)
from tests.support.waiting import wait_until
from tests.unit.local.recorded import record_this_process, write_record

STUBBORN = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "some.process"


@pytest.fixture
def stubborn() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as popen:
        assert popen.stdout is not None
        popen.stdout.readline()
        yield psutil.Process(popen.pid)
        popen.kill()


def test_a_recorded_process_is_found_again(record: Path) -> None:
    record_this_process(record)
    assert find_recorded(record) == psutil.Process()


def test_another_process_with_the_same_number_is_not_taken_for_it(record: Path) -> None:
    me = psutil.Process()
    write_record(record, ProcessRecord(me.pid, me.create_time() - 3600))
    assert find_recorded(record) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"not json"])
def test_a_record_that_says_nothing_finds_nobody(record: Path, content: bytes) -> None:
    record.write_bytes(content)
    assert find_recorded(record) is None


def test_no_record_finds_nobody(record: Path) -> None:
    assert find_recorded(record) is None


def test_every_start_under_one_record_is_counted(record: Path) -> None:
    for _ in range(3):
        record_process(record, psutil.Process())
    found = read_record(record)
    assert found is not None
    assert found.starts == 3


def test_a_process_that_ignores_the_request_is_killed(stubborn: psutil.Process) -> None:
    end_processes([stubborn], grace_seconds=0.2)
    assert not is_alive(stubborn)


def test_a_zombie_does_nothing_any_more() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as popen:
        process = psutil.Process(popen.pid)
        wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE, what="it has ended unseen")
        assert not is_alive(process)
