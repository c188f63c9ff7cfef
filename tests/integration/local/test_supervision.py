"""The trial of the supervisor: it restarts with growing pauses, leaves what is unchanged alone, can be recovered."""

import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from telemetry_operator.local.processes import is_alive
from telemetry_operator.local.program import Program
from telemetry_operator.local.supervision import Difference, Supervisor
from telemetry_operator.local.supervisor_rpc import ProcessState
from tests.support.waiting import wait_until

SLEEP = "import signal, time; print('up', flush=True); time.sleep(600)"
WITH_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"


def python(name: str, code: str, **environment: str) -> Program:
    return Program(name=name, argv=(sys.executable, "-c", code), environment=environment)


def by_name(*programs: Program) -> dict[str, Program]:
    return {program.name: program for program in programs}


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "run", tmp_path / "logs")
    yield supervisor
    supervisor.shutdown()


def pid_of(supervisor: Supervisor, name: str) -> int:
    return wait_until(lambda: supervisor.processes()[name].pid, what=f"{name} has a process")


def up(supervisor: Supervisor, *programs: Program) -> None:
    supervisor.apply(by_name(*programs))
    supervisor.start([program.name for program in programs])


def log_of(supervisor: Supervisor, name: str) -> str:
    file = supervisor.paths.log(name)
    return file.read_text() if file.exists() else ""


def test_a_killed_process_is_started_again(supervisor: Supervisor) -> None:
    up(supervisor, python("sleeper", SLEEP))
    first = pid_of(supervisor, "sleeper")
    wait_until(lambda: "up" in log_of(supervisor, "sleeper"), what="it runs")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.processes()["sleeper"].pid not in {0, first}, what="another process")


def test_the_pause_before_a_restart_grows(supervisor: Supervisor) -> None:
    up(supervisor, python("failing", "import time; print(time.time(), flush=True); raise SystemExit(3)"))
    wait_until(lambda: log_of(supervisor, "failing").count("\n") >= 4, what="four starts")
    starts = [float(line) for line in log_of(supervisor, "failing").split()]
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    # By a second each time: far more between the first and the third than a busy machine adds to one of them.
    assert pauses[0] < pauses[2]
    assert supervisor.restarts("failing") >= 3


def test_an_unchanged_program_keeps_its_process_when_another_changes(supervisor: Supervisor) -> None:
    up(supervisor, python("one", SLEEP), python("two", SLEEP), python("three", SLEEP))
    before = {name: pid_of(supervisor, name) for name in ("one", "two")}
    up(supervisor, python("one", SLEEP), python("two", SLEEP, CHANGED="yes"))
    assert pid_of(supervisor, "one") == before["one"]
    assert pid_of(supervisor, "two") != before["two"]
    assert set(supervisor.processes()) == {"one", "two"}


def test_a_change_is_told_apart(supervisor: Supervisor) -> None:
    up(supervisor, python("one", SLEEP), python("two", SLEEP))
    difference = supervisor.apply(by_name(python("two", SLEEP, CHANGED="yes"), python("three", SLEEP)))
    assert difference == Difference(frozenset({"three"}), frozenset({"two"}), frozenset({"one"}))


def test_children_end_with_their_process(supervisor: Supervisor) -> None:
    up(supervisor, python("parent", WITH_CHILD))
    parent = psutil.Process(pid_of(supervisor, "parent"))
    (child,) = wait_until(parent.children, what="a child")
    supervisor.stop(["parent"])
    wait_until(lambda: not is_alive(child), what="the child has ended")


def test_no_process_outlives_the_shutdown(supervisor: Supervisor) -> None:
    up(supervisor, python("sleeper", SLEEP))
    process = psutil.Process(pid_of(supervisor, "sleeper"))
    supervisor.shutdown()
    assert not is_alive(process)
    assert not supervisor.is_running()
    assert not supervisor.paths.socket.exists()


@pytest.fixture
def killed(supervisor: Supervisor) -> Callable[[Program], psutil.Process]:
    """Bring a program up, then kill its supervisor."""

    def kill(program: Program) -> psutil.Process:
        up(supervisor, program)
        process = psutil.Process(pid_of(supervisor, program.name))
        wait_until(lambda: "up" in log_of(supervisor, program.name), what="it runs")
        os.kill(int((supervisor.paths.run / "supervisord.pid").read_text()), signal.SIGKILL)
        wait_until(lambda: not supervisor.is_running(), what="the supervisor is gone")
        return process

    return kill


def test_a_killed_supervisor_takes_its_programs_with_it(killed: Callable[[Program], psutil.Process]) -> None:
    process = killed(python("sleeper", SLEEP))
    wait_until(lambda: not is_alive(process), what="the program has ended")


STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def test_what_a_killed_supervisor_left_is_ended_before_anything_starts_anew(
    supervisor: Supervisor, killed: Callable[[Program], psutil.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemetry_operator.local.supervision.SWEEP_SECONDS", 0.5)
    left = killed(python("stubborn", STUBBORN))
    assert is_alive(left)
    up(supervisor, python("stubborn", STUBBORN))
    assert not is_alive(left)
    assert pid_of(supervisor, "stubborn") != left.pid


def test_a_state_directory_may_be_longer_than_a_sockets_address(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 80) / ("e" * 80)
    supervisor = Supervisor(deep / "run", deep / "logs")
    try:
        up(supervisor, python("sleeper", SLEEP))
        assert pid_of(supervisor, "sleeper")
        assert Supervisor(deep / "run", deep / "logs").is_running()
    finally:
        supervisor.shutdown()
    assert not supervisor.paths.socket.parent.exists()


def test_paths_and_values_may_hold_what_the_configuration_gives_meaning(tmp_path: Path) -> None:
    odd = tmp_path / "100% of 'it'"
    supervisor = Supervisor(odd / "run", odd / "logs")
    try:
        up(
            supervisor,
            python("teller", "import os, time; print(os.environ['WORD'], flush=True); time.sleep(600)", WORD="a%b;c"),
        )
        wait_until(lambda: "a%b;c" in log_of(supervisor, "teller"), what="the value arrived")
    finally:
        supervisor.shutdown()


def test_a_program_that_cannot_be_started_says_so_in_its_log(supervisor: Supervisor) -> None:
    up(supervisor, Program(name="absent", argv=("/no/such/program",)))
    wait_until(lambda: "cannot start" in log_of(supervisor, "absent"), what="a line in the log")
    assert supervisor.processes()["absent"].state in {ProcessState.BACKOFF, ProcessState.STARTING}
