"""The shell lines of the README's "In a cluster", as printed and in their order."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.cluster.kubectl import Kubectl
from tools.cluster.release import ROOT, Release

from tests.integration.readme.test_readme import PREAMBLE
from tests.unit.docs.markdown import indented_blocks

SECONDS = 400.0
BIN = Path(sys.executable).parent


@pytest.fixture
def lines(place: Kubectl, release: Release) -> str:
    """What the README tells to type, but for what the fixtures did: making the cluster, installing the chart."""
    text = "\n".join(indented_blocks(Path("README.md"), "In a cluster"))
    typed = [line for line in text.splitlines() if not line.startswith(("make ", "helm "))]
    return PREAMBLE + "\n".join(typed).replace("127.0.0.1", place.context.node)


@pytest.fixture
def environment(place: Kubectl, tmp_path: Path) -> dict[str, str]:
    """A kubeconfig whose context has the test's namespace."""
    file = tmp_path / "kubeconfig"
    file.touch(mode=0o600)
    file.write_text(place("config", "view", "--raw", "--minify", "--flatten"))
    place("config", "set-context", place.context.name, f"--namespace={place.namespace}", "--kubeconfig", str(file))
    return os.environ | {"KUBECONFIG": str(file), "PATH": f"{BIN}:{os.environ['PATH']}"}


def test_the_lines_send_a_reading_and_read_it_back(lines: str, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    bash = shutil.which("bash") or "bash"
    done = subprocess.run(
        [bash, "-c", lines], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '{"status":"queued"}' in done.stdout
    assert '"temperature":{"value":21.4' in done.stdout
