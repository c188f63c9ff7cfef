"""The files for kind and skaffold, which cannot be run where the rest is: their fields, and what they point at."""

import re
from typing import Any

import pytest
from ruamel.yaml import YAML
from tools.cluster.contexts import KIND
from tools.cluster.demo import PORTS
from tools.development.sitecustomize import SYNCED

from tests.support.servers import ROOT
from tests.unit.cluster_files.fields import Artifact, KindCluster, Skaffold


def _load(name: str) -> Any:  # noqa: ANN401 - a document
    return YAML(typ="safe").load(ROOT / name)


@pytest.fixture
def kind() -> KindCluster:
    return KindCluster.model_validate(_load("kind-config.yaml"))


@pytest.fixture
def skaffold() -> Skaffold:
    return Skaffold.model_validate(_load("skaffold.yaml"))


def _artifacts(skaffold: Skaffold) -> list[Artifact]:
    return [
        artifact for build in (skaffold.build, *(it.build for it in skaffold.profiles)) for artifact in build.artifacts
    ]


def test_kind_makes_the_cluster_that_may_be_worked_in(kind: KindCluster) -> None:
    assert f"kind-{kind.name}" == KIND


def test_kind_maps_the_ports_of_the_example_to_this_machine_alone(kind: KindCluster) -> None:
    services = YAML(typ="safe").load_all(ROOT / "examples" / "cluster" / "nodeports.yaml")
    ports = {port["nodePort"] for service in services for port in service["spec"]["ports"]}
    mapped = {it.container_port: it for node in kind.nodes for it in node.extra_port_mappings}
    assert set(mapped) == ports == set(PORTS.values())
    assert all((it.host_port, it.listen_address) == (port, "127.0.0.1") for port, it in mapped.items())


def test_the_readme_speaks_to_those_ports() -> None:
    found = {int(port) for port in re.findall(r"http://127\.0\.0\.1:(3\d{4})/", (ROOT / "README.md").read_text())}
    assert found == set(PORTS.values())


def test_skaffold_has_the_profiles_that_are_promised(skaffold: Skaffold) -> None:
    assert {profile.name for profile in skaffold.profiles} == {"dev", "kind", "ci"}


def test_skaffold_builds_stages_that_there_are(skaffold: Skaffold) -> None:
    for artifact in _artifacts(skaffold):
        stages = re.findall(r"^FROM .* AS (\S+)$", (ROOT / artifact.docker.dockerfile).read_text(), re.MULTILINE)
        assert artifact.docker.target is None or artifact.docker.target in stages


def test_skaffold_copies_files_to_where_the_development_stage_looks(skaffold: Skaffold) -> None:
    rules = [rule for artifact in _artifacts(skaffold) if artifact.sync for rule in artifact.sync.manual]
    assert rules
    for rule in rules:
        assert rule.dest == str(SYNCED)
        assert rule.src == f"{rule.strip}**/*.py"
        assert (ROOT / rule.strip).is_dir()


def test_skaffold_installs_what_it_built_by_values_that_the_chart_has(skaffold: Skaffold) -> None:
    assert skaffold.deploy.helm is not None
    (release,) = skaffold.deploy.helm.releases
    built = {re.sub(r"\W", "_", artifact.image) for artifact in skaffold.build.artifacts}
    for key, template in release.set_value_templates.items():
        value = _load(f"{release.chart_path}/values.yaml")
        for name in key.split("."):
            value = value[name]
        assert re.fullmatch(r"\{\{\.IMAGE_(REPO|TAG)_(\w+)\}\}", template)[2] in built  # type: ignore[index]


def test_skaffold_applies_files_that_there_are(skaffold: Skaffold) -> None:
    manifests = [skaffold.manifests, *(it.manifests for it in skaffold.profiles if it.manifests)]
    assert all((ROOT / file).is_file() for part in manifests for file in part.raw_yaml)
