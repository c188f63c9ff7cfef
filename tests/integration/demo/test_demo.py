"""The demonstration as a person meets it: one command, the real servers, and nothing left behind."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
TELEMETRYCTL = Path(sys.executable).parent / "telemetryctl"
SMALL = ["--fleet", "10", "--rate", "50"]
CLOSED = "nothing twice, and the ledger balances"

pytestmark = pytest.mark.timeout(300)  # whole platforms come up, beside whatever else runs


class Terminal:
    """A demonstration in a terminal of its own, as a person sees it."""

    def __init__(self, home: Path) -> None:
        self._said = ""
        ours, theirs = os.openpty()
        self._terminal = ours
        self.process = subprocess.Popen(
            [str(TELEMETRYCTL), "demo", *SMALL],
            cwd=ROOT,
            env=os.environ | {"XDG_STATE_HOME": str(home / "state"), "TERM": "xterm", "COLUMNS": "400"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def until(self, text: str) -> str:
        wait_until(lambda: text in self._read(), what=text, timeout=120)
        return self._said

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        wait_until(lambda: self._read() is not None and self.process.poll() is not None, what="its end", timeout=120)
        return self.process.wait()

    def _read(self) -> str:
        while select.select([self._terminal], [], [], 0)[0]:
            try:
                self._said += os.read(self._terminal, 65_536).decode(errors="replace")
            except OSError:  # the other side is closed
                break
        return self._said


class Demo:
    """One run of `telemetryctl demo` with a state directory of its own."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.state = home / "state"
        self.output = home / "output"
        command = [str(TELEMETRYCTL), "demo", *SMALL, *arguments]
        with self.output.open("wb") as output:
            environment = os.environ | {"XDG_STATE_HOME": str(self.state)}
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def await_output(self, text: str) -> None:
        wait_until(lambda: self.process.poll() is not None or text in self.said(), what=text, timeout=120)
        assert text in self.said(), self.said()

    def said(self) -> str:
        return self.output.read_text()

    def end(self) -> int:
        return self.process.wait(timeout=180)

    def leftovers(self) -> list[str]:
        """Living processes that know this state directory."""
        return leftovers(self.state)


def leftovers(state: Path) -> list[str]:
    """Living processes that know this state directory."""
    return [" ".join(process.cmdline()) for process in psutil.process_iter() if _knows(process, state)]


def _knows(process: psutil.Process, state: Path) -> bool:
    try:
        known = process.environ().get("XDG_STATE_HOME", "") + " ".join(process.cmdline())
        return str(state) in known and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    subprocess.run([TELEMETRYCTL, "down", "demo", "--delete-data"], env=environment, check=False, capture_output=True)


def test_the_query_lines_work_as_they_are_printed(home: Path) -> None:
    demo = Demo(home, "--duration", "5s", "--keep")
    assert demo.end() == 0, demo.said()
    assert CLOSED in demo.said()
    lines = [line for line in demo.said().split("left running")[1].splitlines() if line.startswith("curl")]
    for line in lines:
        answer = subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True).stdout
        assert "code" not in json.loads(answer), line
    assert len(lines) > 2


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    terminal = Terminal(home)
    yield terminal
    terminal.process.kill()
    terminal.process.wait()


def test_in_a_terminal_the_summarys_query_lines_work_until_enter_is_pressed(home: Path, terminal: Terminal) -> None:
    terminal.until("p99")  # this machine's readings are visible
    terminal.process.send_signal(signal.SIGINT)
    said = terminal.until("Enter or Ctrl-C ends it").replace("\r", "").split("still up")[1]
    lines = [line for line in said.splitlines() if line.startswith("curl")]
    assert len(lines) > 2
    for line in lines:
        answer = subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True).stdout
        assert "code" not in json.loads(answer), line
    terminal.type("\n")
    assert terminal.end() == 0
    assert not leftovers(home / "state")


@pytest.mark.parametrize(
    ("moment", "code", "last"),
    [("waiting for kafka", 130, "interrupted"), ("accepted", 0, CLOSED)],
    ids=["coming-up", "at-work"],
)
def test_ctrl_c_leaves_no_process(home: Path, moment: str, code: int, last: str) -> None:
    demo = Demo(home)
    demo.await_output(moment)
    demo.process.send_signal(signal.SIGINT)
    assert demo.end() == code, demo.said()
    assert last in demo.said()
    assert demo.leftovers() == []
