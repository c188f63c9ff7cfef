from pathlib import Path

import pytest
from typer.testing import CliRunner

from telemetry_contract.problems import ProblemKind, problem
from telemetry_operator.cli import app
from telemetry_operator.client import sending
from telemetry_operator.commands.output import ExitCode
from tests.support.fake_platform import FakePlatform

LINE = '{"device":"d1","time":"2026-01-31T12:00:00Z","metrics":{"t":21.4}}\n'


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setattr(sending, "open_client", lambda *_: platform.client())
    return platform


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "readings.ndjson"
    file.write_text(LINE)
    return file


def send(*arguments: str) -> int:
    return CliRunner().invoke(app, ["send", "--to", "http://platform", "--token", "t", *arguments]).exit_code


def test_all_sent_and_stored_is_0(platform: FakePlatform, file: Path) -> None:
    assert send(str(file)) == ExitCode.OK


def test_a_wrong_line_is_4_and_the_rest_is_sent(platform: FakePlatform, file: Path) -> None:
    file.write_text("hello\n" + LINE)
    assert send(str(file)) == ExitCode.NOT_ACCEPTED
    assert len(platform.kept) == 1


def test_a_refused_reading_is_4(platform: FakePlatform, file: Path) -> None:
    platform.judge = lambda _: problem(ProblemKind.CONFLICT)
    assert send(str(file)) == ExitCode.NOT_ACCEPTED


def test_a_lost_reading_is_5(platform: FakePlatform, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "keep", lambda _: None)
    assert send(str(file), "--patience", "1ms") == ExitCode.NOT_CLOSED


def test_without_comparison_nothing_is_asked(platform: FakePlatform, file: Path) -> None:
    assert send(str(file), "--no-compare") == ExitCode.OK
    assert not any(request.url.path == "/api/v1/digest" for request in platform.requests)


@pytest.mark.parametrize("arguments", [[], ["--machine", "--fleet", "3"], ["--machine", "--duration", "soon"]])
def test_a_command_that_makes_no_sense_is_2(platform: FakePlatform, arguments: list[str]) -> None:
    assert send(*arguments) == ExitCode.USAGE
