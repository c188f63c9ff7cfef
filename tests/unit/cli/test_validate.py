import json
from pathlib import Path

from typer.testing import CliRunner, Result

from telemetry_operator.cli import app
from telemetry_operator.specs.kinds import KINDS
from tests.support.manifests import EXAMPLES

KAFKA = str(EXAMPLES / "kafka.yaml")


def validate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["validate", *arguments])


def bad_file(tmp_path: Path, text: str = "kind: ConfigMap\n") -> str:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_valid_files_are_shown_and_end_with_zero() -> None:
    result = validate(KAFKA, str(EXAMPLES / "baseline.yaml"))
    assert result.exit_code == 0
    assert "kafka is valid" in result.stdout
    assert "baseline is valid" in result.stdout


def test_one_invalid_file_ends_with_two_and_its_faults_are_errors(tmp_path: Path) -> None:
    result = validate(KAFKA, bad_file(tmp_path))
    assert result.exit_code == 2
    assert "kafka is valid" in result.stdout
    assert result.stderr.splitlines() == [
        f"error: {tmp_path}/bad.yaml:1: apiVersion: required, and missing",
        f"error: {tmp_path}/bad.yaml:1: kind: found 'ConfigMap'; allowed: {', '.join(KINDS)}",
    ]


def test_an_empty_file_is_told_where_to_start(tmp_path: Path) -> None:
    assert "hint: examples/kafka.yaml is one to start from." in validate(bad_file(tmp_path, "")).stderr


def test_json_has_each_file_valid_or_not(tmp_path: Path) -> None:
    result = validate(KAFKA, bad_file(tmp_path), "--output", "json")
    assert result.exit_code == 2
    assert [(file["file"], file["valid"]) for file in json.loads(result.stdout)] == [
        (KAFKA, True),
        (f"{tmp_path}/bad.yaml", False),
    ]


def test_a_file_that_is_not_there_is_told() -> None:
    result = validate("none.yaml")
    assert result.exit_code == 2
    assert result.stderr == "error: none.yaml: No such file or directory\n"
