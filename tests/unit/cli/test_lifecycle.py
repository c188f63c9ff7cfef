from pathlib import Path

import pytest
from typer.testing import CliRunner

from telemetry_operator.cli import app
from telemetry_operator.commands.output import ExitCode
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.state import open_state

runner = CliRunner()


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.mark.parametrize("command", [["status"], ["down"], ["logs", "kafka"]])
def test_without_a_platform_a_command_is_one_error_line_and_a_hint(command: list[str]) -> None:
    result = runner.invoke(app, command)
    assert result.exit_code == ExitCode.FAILED
    assert result.stderr.splitlines() == [
        "error: no platform",
        "hint: there is none here yet: telemetryctl up FILE",
    ]


@pytest.mark.parametrize(
    "command", [["up"], ["nonsense"], ["status", "--output", "xml"], ["up", "f", "--producer-port", "0"]]
)
def test_wrong_usage_has_its_own_exit_code(command: list[str]) -> None:
    assert runner.invoke(app, command).exit_code == ExitCode.USAGE


def test_the_status_of_what_is_down_is_json_and_has_its_own_exit_code() -> None:
    open_state("plant")
    result = runner.invoke(app, ["status", "--output", "json"])
    assert result.exit_code == ExitCode.NOT_UP
    assert '"state": "down"' in result.stdout


def test_a_paused_platform_is_left_as_it_is(tmp_path: Path) -> None:
    manifest = tmp_path / "plant.yaml"
    head = "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryPlatform\nmetadata: {name: plant}\n"
    manifest.write_text(head + "spec: {paused: true}\n")
    result = runner.invoke(app, ["up", str(manifest)])
    assert result.exit_code == ExitCode.FAILED
    assert "error: spec.paused is true: plant is left as it is\n" in result.stderr


@pytest.mark.parametrize("command", ["up", "validate", "demo"])
def test_a_manifest_that_is_not_there_is_named_by_every_command_that_reads_one(command: str) -> None:
    result = runner.invoke(app, [command, "/no/such/file.yaml"])
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr == "error: /no/such/file.yaml: No such file or directory\n"


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted\n"),
        (
            OSError(28, "No space left on device", "/state"),
            ExitCode.FAILED,
            "error: /state: No space left on device\n",
        ),
        (PlatformError("first\n  its log\nsecond"), ExitCode.FAILED, "error: first\n  its log\nerror: second\n"),
    ],
)
def test_what_ends_a_command_early_is_never_a_stack_trace(
    error: BaseException, code: ExitCode, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str | None) -> None:
        raise error

    monkeypatch.setattr("telemetry_operator.commands.lifecycle.choose_state", fail)
    result = runner.invoke(app, ["status"])
    assert (result.exit_code, result.stderr) == (code, line)


def test_every_exit_code_is_in_the_help() -> None:
    assert all(str(code.value) in (ExitCode.__doc__ or "") for code in ExitCode)
