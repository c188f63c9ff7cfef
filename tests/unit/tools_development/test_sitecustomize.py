"""Files copied into a running container stand before what was installed there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import ROOT

DEVELOPMENT = ROOT / "tools" / "development"


@pytest.fixture
def said(tmp_path: Path) -> str:
    """What a program prints whose package is installed whole, and of which one module was copied."""
    installed, synced = tmp_path / "installed" / "house", tmp_path / "synced" / "house"
    for directory in (installed, synced):
        directory.mkdir(parents=True)
    (installed / "__init__.py").touch()
    (installed / "old.py").write_text("NAME = 'installed'\n")
    (installed / "changed.py").write_text("NAME = 'installed'\n")
    (synced / "changed.py").write_text("from house.old import NAME as OLD\nNAME = 'synced'\n")
    finder = f"SyncedFinder(Path({str(tmp_path / 'synced')!r}))"
    program = f"""
import sys
from pathlib import Path
from sitecustomize import SyncedFinder
sys.meta_path.insert(0, {finder})
from house import changed, old
print(old.NAME, changed.NAME, changed.OLD)
"""
    environment = {"PYTHONPATH": f"{DEVELOPMENT}:{tmp_path / 'installed'}"}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_a_module_that_was_copied_is_found_first_and_the_others_where_they_are(said: str) -> None:
    assert said == "installed synced installed\n"
