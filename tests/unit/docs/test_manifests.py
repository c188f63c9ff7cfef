from pathlib import Path

import pytest

from telemetry_operator.specs.manifest import parse_manifests, read_manifest
from tests.support.manifests import EXAMPLES
from tests.unit.docs.markdown import FILES, code_blocks


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_an_example_is_valid_and_named_as_its_file(path: Path) -> None:
    assert read_manifest(path).metadata.name == path.stem


@pytest.mark.parametrize("path", FILES, ids=str)
def test_manifests_in_the_text_are_valid(path: Path) -> None:
    for block in code_blocks(path, "yaml"):
        assert parse_manifests(block, source=str(path))
