"""The chart's custom resource definitions: upgraded with it, and left in place."""

import shutil
from pathlib import Path

from tools.cluster.release import CHART, Release

from tests.e2e.harness.platforms import RESOURCE

COLUMN = """\
        - name: Age
          type: date
          jsonPath: .metadata.creationTimestamp
"""
# Other tests apply the definitions with kubectl, which then holds them too.
OURS = ("--take-ownership", "--force-conflicts")


def columns(release: Release) -> list[str]:
    definition = release.kubectl.need("crd", RESOURCE)
    return [column["name"] for column in definition["spec"]["versions"][0]["additionalPrinterColumns"]]


def older_chart(directory: Path) -> Path:
    """The chart with a definition that lacks a column."""
    chart = Path(shutil.copytree(CHART, directory / CHART.name))
    definition = chart / "files" / "crds" / f"{RESOURCE}.yaml"
    text = definition.read_text()
    assert COLUMN in text
    definition.write_text(text.replace(COLUMN, ""))
    return chart


def test_an_upgrade_brings_older_definitions_up_to_date(release: Release, tmp_path: Path) -> None:
    Release(release.kubectl, release.name, chart=older_chart(tmp_path)).install(*OURS)
    assert "Age" not in columns(release)
    release.install(*OURS)
    assert "Age" in columns(release)
