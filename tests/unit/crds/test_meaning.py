"""A manifest means the same from its file and read back from the API server, which fills in defaults."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from ruamel.yaml import YAML

from telemetry_contract.architecture import PRESETS
from telemetry_operator.specs.layout import servers_of
from telemetry_operator.specs.manifest import ManifestError, parse_object
from telemetry_operator.specs.risks import risks_of
from tests.support.api_server import read_back
from tests.support.made_specs import specs
from tests.support.manifests import PLATFORMS, faults_of, manifest_of
from tests.support.meaning import meaning_of


def meaning(manifest: dict[str, Any]) -> object:
    """What a manifest means, or what is wrong with it."""
    try:
        return meaning_of(parse_object(manifest))
    except ManifestError as error:
        return str(error)


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_an_example_means_the_same_read_back(path: Path) -> None:
    manifest = YAML(typ="safe").load(path.read_text())
    assert meaning(read_back(manifest)) == meaning(manifest)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_means_the_same_read_back(preset: str) -> None:
    manifest = manifest_of(architecture=preset)
    platforms = [parse_object(given) for given in (manifest, read_back(manifest))]
    assert meaning_of(platforms[0]) == meaning_of(platforms[1])
    assert len({(servers_of(platform.spec), risks_of(platform.spec)) for platform in platforms}) == 1


@settings(max_examples=300)
@given(specs())
def test_any_spec_means_the_same_read_back(spec: dict[str, Any]) -> None:
    manifest = manifest_of(**spec)
    assert meaning(read_back(manifest)) == meaning(manifest)


@given(specs())
def test_what_is_read_back_stays_as_it_is(spec: dict[str, Any]) -> None:
    once = read_back(manifest_of(**spec))
    assert read_back(once) == once


def test_without_a_spec_it_is_the_baseline() -> None:
    manifest = {**manifest_of(), "spec": None}
    assert (faults_of(manifest), read_back(manifest)["spec"]["architecture"]) == ("", "baseline")
