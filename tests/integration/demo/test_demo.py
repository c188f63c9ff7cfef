"""The demonstration as a person meets it: one command, the real servers, and nothing left behind."""

import json
import os
import signal
import socket
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

pytestmark = pytest.mark.timeout(300)  # whole platforms come up, beside whatever else runs


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

    def ports(self) -> list[int]:
        found = list(self.state.glob("*/demo/ports.json"))
        return list(json.loads(found[0].read_text()).values()) if found else []

    def end(self) -> int:
        return self.process.wait(timeout=180)

    def leftovers(self) -> list[str]:
        """Living processes that know this state directory."""
        return [" ".join(process.cmdline()) for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            known = process.environ().get("XDG_STATE_HOME", "") + " ".join(process.cmdline())
            return str(self.state) in known and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    subprocess.run([TELEMETRYCTL, "down", "demo", "--delete-data"], env=environment, check=False, capture_output=True)


def test_the_demonstration_closes_its_books_and_leaves_nothing_behind(home: Path) -> None:
    demo = Demo(home, "--duration", "5s")
    demo.await_output("Meanwhile, ask it")
    ports = demo.ports()
    assert demo.end() == 0, demo.said()
    assert "nothing twice, and the ledger balances" in demo.said()
    assert demo.leftovers() == []
    assert not [port for port in ports if is_open(port)]


def test_the_query_lines_work_as_they_are_printed(home: Path) -> None:
    demo = Demo(home, "--duration", "5s", "--keep")
    assert demo.end() == 0, demo.said()
    lines = [line for line in demo.said().split("left running")[1].splitlines() if line.startswith("curl")]
    for line in lines:
        answer = subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True).stdout
        assert "code" not in json.loads(answer), line
    assert len(lines) > 2


@pytest.mark.parametrize(
    ("moment", "code"), [("waiting for kafka", 130), ("accepted", 0)], ids=["coming-up", "at-work"]
)
def test_ctrl_c_leaves_no_process_and_no_port(home: Path, moment: str, code: int) -> None:
    demo = Demo(home)
    demo.await_output(moment)
    ports = demo.ports()
    demo.process.send_signal(signal.SIGINT)
    assert demo.end() == code, demo.said()
    assert ports
    assert demo.leftovers() == []
    assert not [port for port in ports if is_open(port)]
