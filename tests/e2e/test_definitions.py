"""An older release brought up to date by the chart's upgrade: its definitions, and platforms that run meanwhile."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML
from tools.cluster.kubectl import until
from tools.cluster.release import CHART, Release

from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import RESOURCE, Platform

# Other tests apply the definitions with kubectl, which then holds them too.
OURS: Final = ("--take-ownership", "--force-conflicts")
COLLECTOR: Final = "http://collector:4318"
HOST: Final = "plain.example"

# While the definition is an older one, nobody else may hold manifests against it.
pytestmark = pytest.mark.xdist_group("definitions")


@pytest.fixture
def older(release: Release, tmp_path: Path) -> Release:
    """The chart as it might have been: a definition without a column, a field of the spec, and one of the status."""
    chart = Path(shutil.copytree(CHART, tmp_path / CHART.name))
    file = chart / "files" / "crds" / f"{RESOURCE}.yaml"
    definition = YAML(typ="safe").load(file)
    _make_older(definition)
    file.write_text(json.dumps(definition))
    return Release(release.kubectl, release.name, chart=chart)


def _make_older(definition: dict[str, Any]) -> None:
    (version,) = definition["spec"]["versions"]
    version["additionalPrinterColumns"] = version["additionalPrinterColumns"][:-1]
    fields = version["schema"]["openAPIV3Schema"]["properties"]
    del fields["spec"]["properties"]["observability"]
    del fields["status"]["properties"]["endpoints"]["properties"]["outside"]


def _columns(release: Release) -> int:
    definition = release.kubectl.need("crd", RESOURCE)
    return len(definition["spec"]["versions"][0]["additionalPrinterColumns"])


def _traced_to(platform: Platform) -> str:
    """What the API server would keep of a field that only the newer definition has."""
    change = {"spec": {"observability": {"tracing": {"endpoint": COLLECTOR}}}}
    return platform.kubectl(
        "patch", RESOURCE, platform.name, "--type", "merge", "--patch", json.dumps(change),
        "--dry-run=server", "--output", "jsonpath={.spec.observability.tracing.endpoint}",
    )  # fmt: skip


def _outside(platform: Platform) -> object:
    return platform.live()["status"]["endpoints"].get("outside")


def _pods(platform: Platform) -> set[str]:
    return {pod["metadata"]["uid"] for pod in platform.pods()}


def test_an_upgrade_brings_definitions_up_to_date_and_restarts_nothing(
    release: Release, older: Release, deploy: Deploy
) -> None:
    current = _columns(release)
    older.install(*OURS)
    try:
        assert _columns(release) == current - 1
        platform = deploy("plain", ingress={"producerHost": HOST, "className": "none"})
        platform.until("Ready")
        assert (_traced_to(platform), _outside(platform)) == ("", None)
        before = _pods(platform)
    finally:
        release.install(*OURS)
    assert _columns(release) == current
    assert _traced_to(platform) == COLLECTOR
    platform.patch(cache={"ttl": "3s"})
    until(lambda: _outside(platform) == {"producer": f"http://{HOST}"}, what="the newer field of the status")
    platform.until("Ready")
    assert _pods(platform) == before
    assert not platform.restarts()
