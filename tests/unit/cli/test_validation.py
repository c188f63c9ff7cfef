from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from telemetry_operator.commands.validation import plain_validation, validate_file, validation_report
from telemetry_operator.specs.kinds import KINDS
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
        f"{tmp_path}/m.yaml:1: kind: found 'ConfigMap'; allowed: {', '.join(KINDS)}",
    ]


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_each_example_can_be_shown(path: Path) -> None:
    assert f"{path.stem} is valid" in shown(path)


def test_a_benchmark_is_told_by_its_load() -> None:
    assert plain_of(EXAMPLES / "benchmark.yaml")["benchmarks"] == [
        {
            "name": "benchmark",
            "platform": "baseline",
            "requests": {"ingest": 50.0, "latest": 40.0, "history": 7.0, "aggregate": 3.0},
            "suite": None,
            "stages": 3,
            "seconds": 30.0,
        }
    ]
    assert "3 stages, 30 s, behind a warm-up of 5s" in shown(EXAMPLES / "benchmark.yaml")


def test_a_comparison_is_told_by_what_it_compares() -> None:
    plain = plain_of(EXAMPLES / "comparison.yaml")
    assert plain["platforms"] == []
    assert plain["comparisons"][0]["cells"] == 126
    assert "126 in 6 blocks" in shown(EXAMPLES / "comparison.yaml")


def test_kinds_may_stand_in_one_file(tmp_path: Path) -> None:
    both = "---\n".join((EXAMPLES / name).read_text() for name in ("baseline.yaml", "benchmark.yaml"))
    plain = plain_of(written(tmp_path, both))
    assert [len(plain[kind]) for kind in ("platforms", "benchmarks", "comparisons")] == [1, 1, 0]


def test_faults_of_every_kind_are_told(tmp_path: Path) -> None:
    bad = (EXAMPLES / "benchmark.yaml").read_text().replace("profile: mixed", "profile: mixt")
    assert "did you mean mixed?" in plain_of(written(tmp_path, bad))["faults"][0]
