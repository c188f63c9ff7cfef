from pathlib import Path

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_operator.specs.manifest import read_manifest
from tests.support.manifests import PLATFORMS


def test_there_is_one_example_for_each_preset() -> None:
    assert {path.stem for path in PLATFORMS} == set(PRESETS)


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_an_example_is_the_preset_that_it_is_named_after(path: Path) -> None:
    assert read_manifest(path).spec.choices == PRESETS[path.stem]
