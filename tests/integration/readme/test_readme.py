"""The shell lines of the README's "Using it", as printed and in their order, on a platform of the test's own.

Only the fleet sends for a shorter time.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.unit.docs.markdown import ROOT, indented_blocks

BIN: Final = Path(sys.executable).parent
TELEMETRYCTL: Final = BIN / "telemetryctl"
SECONDS: Final = 240.0
# What is queued is visible a moment later: whoever asks too early asks again. A problem ends the script.
PREAMBLE: Final = """\
set -euo pipefail
curl() { command curl --fail-with-body --retry 20 --retry-delay 1 --retry-all-errors "$@"; }
"""

pytestmark = [
    pytest.mark.timeout(SECONDS + 60),
    pytest.mark.xdist_group("readme"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the lines need curl"),
]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What the lines print."""
    state = tmp_path_factory.mktemp("readme")
    environment = os.environ | {"XDG_STATE_HOME": str(state), "PATH": f"{BIN}:{os.environ['PATH']}"}
    lines = "\n".join(indented_blocks(Path("README.md"), "Using it")).replace("--duration 10s", "--duration 2s")
    try:
        yield run([shutil.which("bash") or "bash", "-c", PREAMBLE + lines], environment)
    finally:
        run([str(TELEMETRYCTL), "down", "kafka", "--delete-data"], environment)


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_reading_is_acknowledged(said: str) -> None:
    assert '{"status":"queued"}' in said


def test_the_reading_that_was_sent_is_read_back(said: str) -> None:
    latest = said.partition('{"device":"sensor-1","metrics":{')[2]
    assert '"temperature":{"value":21.4' in latest
    assert '{"readings":[{"device":"sensor-1"' in latest
