"""What the chart renders: it needs helm, and no cluster."""

import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML
from tools.cluster.release import CHART, ROOT

CASES: Final = Path(__file__).parent / "cases" / "chart"
NAMES: Final = sorted(path.name for path in CASES.iterdir())
DEFINITIONS: Final = "templates/crds.yaml"

pytestmark = pytest.mark.smoke


def helm(*arguments: str) -> str:
    argv = [shutil.which("helm") or "helm", *arguments]
    ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def template(name: str, *options: str) -> tuple[str, ...]:
    values = (CASES / name / "values.yaml").relative_to(ROOT)
    chart = str(CHART.relative_to(ROOT))
    return ("template", "telemetry", chart, "--namespace", "telemetry-system", "--values", str(values), *options)


def documents(text: str) -> list[dict[str, Any]]:
    return [document for document in YAML(typ="safe").load_all(text) if document]


@pytest.mark.parametrize("name", NAMES)
def test_the_chart_renders_what_is_recorded(name: str) -> None:
    arguments = template(name, "--set", "crds.install=false")
    recorded = (CASES / name / "rendered.yaml").read_text()
    assert helm(*arguments) == recorded, f"helm {' '.join(arguments)} > {CASES / name / 'rendered.yaml'}"


@pytest.mark.parametrize("name", NAMES)
def test_the_chart_is_without_reproach(name: str) -> None:
    helm("lint", "--strict", str(CHART), "--values", str(CASES / name / "values.yaml"))


def test_definitions_are_rendered_as_they_are_and_kept() -> None:
    rendered = documents(helm(*template("default", "--show-only", DEFINITIONS)))
    for definition in rendered:
        assert definition["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    recorded = [document for path in sorted((ROOT / "crds").glob("*.yaml")) for document in documents(path.read_text())]
    assert rendered == recorded


@pytest.mark.parametrize(
    "value", ["watch.namespace=a", "image.tag=a b", "log.level=loud", "platformImages.redis.tag="], ids=str
)
def test_values_without_sense_are_refused(value: str) -> None:
    argv = [shutil.which("helm") or "helm", "template", str(CHART), "--set", value]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert "values don't meet the specifications of the schema" in ended.stderr


def test_in_named_namespaces_nothing_of_the_whole_cluster_is_asked_for() -> None:
    kinds = {document["kind"] for document in documents(helm(*template("namespaced", "--set", "crds.install=false")))}
    assert not [kind for kind in kinds if kind.startswith("Cluster") or kind == "PriorityClass"]
