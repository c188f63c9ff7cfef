from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from telemetry_operator.commands.validation import plain_validation, validate_file, validation_report
from tests.support.manifests import EXAMPLES, PLATFORMS


def plain_of(path: Path) -> dict[str, Any]:
    return plain_validation(validate_file(path))


def shown(path: Path) -> str:
    console = Console(width=200, color_system=None)
    with console.capture() as capture:
        console.print(validation_report(validate_file(path)))
    return capture.get()


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_valid_file_is_told_by_what_it_would_run() -> None:
    plain = plain_of(EXAMPLES / "kafka.yaml")
    assert plain["valid"]
    assert plain["platforms"] == [
        {
            "name": "kafka",
            "preset": "kafka",
            "architecture": {"writes": "kafka", "store": "postgres", "reads": "redis", "scaling": "hpa"},
            "components": {
                "producer": {"least": 1, "most": 4},
                "consumer": {"least": 1, "most": 4},
                "analytics": {"least": 1, "most": 4},
            },
            "servers": {"postgres": "builtin", "redis": "builtin", "kafka": "builtin"},
            "warnings": [
                {
                    "path": "spec.kafka.builtin.brokers",
                    "message": "1 broker: what is queued there is lost with its volume",
                }
            ],
        }
    ]


def test_a_person_reads_the_same() -> None:
    lines = [line.split() for line in shown(EXAMPLES / "stream-memory.yaml").splitlines()]
    assert ["consumer", "1", "replica"] in lines
    assert ["kafka", "builtin"] in lines
    assert "(writes: kafka, store: memory, reads: direct, scaling: fixed)" in shown(EXAMPLES / "stream-memory.yaml")


def test_an_invalid_file_has_faults_and_no_platforms(tmp_path: Path) -> None:
    plain = plain_of(written(tmp_path, "kind: ConfigMap\n"))
    assert not plain["valid"]
    assert plain["platforms"] == []
    assert plain["faults"] == [
        f"{tmp_path}/m.yaml:1: apiVersion: required, and missing",
        f"{tmp_path}/m.yaml:1: kind: found 'ConfigMap'; allowed: TelemetryPlatform",
    ]


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_each_example_can_be_shown(path: Path) -> None:
    assert f"{path.stem} is valid" in shown(path)
