"""The chart's values and their schema, as far as that needs no helm."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from tests.unit.chart import CHART

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
VALUES: CommentedMap = YAML().load(CHART / "values.yaml")


def validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(SCHEMA)


def changed(path: str, value: object) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(VALUES))
    place = values
    *parents, last = path.split(".")
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return values


def test_the_values_satisfy_their_schema() -> None:
    assert [error.message for error in validator().iter_errors(json.loads(json.dumps(VALUES)))] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("watch.namespaces", ["a", "b"]),
        ("image.digest", "sha256:" + "0" * 64),
        ("platformImages.postgres.tag", "18.1"),
        ("serviceMonitor.enabled", True),
        ("imagePullSecrets", [{"name": "registry"}]),
        ("replicaCount", 2),
        ("comparisons.priorityClassName", "compared"),
    ],
)
def test_what_makes_sense_is_accepted(path: str, value: object) -> None:
    assert validator().is_valid(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("replicas", 2),
        ("watch.namespace", "a"),
        ("watch.namespaces", "a"),
        ("watch.namespaces", ["A_"]),
        ("image.tag", 18),
        ("image.digest", "0" * 64),
        ("platformImages.redis.tag", ""),
        ("log.level", "loud"),
        ("resyncSeconds", 1),
        ("comparisons.priorityClassName", "Compared"),
        ("imagePullSecrets", ["registry"]),
        ("serviceMonitor.interval", "often"),
    ],
)
def test_what_makes_none_is_refused(path: str, value: object) -> None:
    assert not validator().is_valid(changed(path, value))


def test_every_value_is_in_the_schema() -> None:
    assert set(VALUES) <= set(SCHEMA["properties"])
    assert set(SCHEMA["properties"]) - set(VALUES) == {"global"}


def test_every_block_of_values_is_explained() -> None:
    text = (CHART / "values.yaml").read_text().splitlines()
    obvious = {
        "image", "watch", "comparisons", "crds", "log", "resources", "serviceAccount", "podAnnotations", "podLabels",
        "nodeSelector", "tolerations", "affinity", "priorityClassName",
    }  # fmt: skip
    assert set(uncommented(text)) <= obvious


def uncommented(lines: list[str]) -> Iterator[str]:
    """Top-level keys above which no comment stands."""
    for before, line in zip(["", *lines], lines, strict=False):
        if line and not line[0].isspace() and line[0] != "#" and not before.startswith("#"):
            yield line.partition(":")[0]
