from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from telemetry_contract.keys import Keyring, format_keyring
from telemetry_contract.problems import ProblemKind, problem
from telemetry_operator.cli import app
from telemetry_operator.client import sending
from telemetry_operator.commands.output import ExitCode
from tests.support.fake_platform import FakePlatform, refusal

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


class Silent(FakePlatform):
    """Takes readings, and tells nobody what it keeps."""

    def _read(self, _: httpx.Request) -> httpx.Response:
        return refusal(ProblemKind.MISSING_SCOPE)


def test_what_was_acknowledged_is_told_also_where_nobody_can_be_asked(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Silent()
    monkeypatch.setattr(sending, "open_client", lambda *_: platform.client())
    result = CliRunner().invoke(app, ["send", "--to", "http://platform", "--token", "t", str(file)])
    assert result.exit_code == ExitCode.FAILED
    assert "acknowledged" in result.output
    assert "answered 403" in result.output


def test_without_comparison_nothing_is_asked(platform: FakePlatform, file: Path) -> None:
    assert send(str(file), "--no-compare") == ExitCode.OK
    assert not any(request.url.path == "/api/v1/digest" for request in platform.requests)


@pytest.mark.parametrize("arguments", [[], ["--machine", "--fleet", "3"], ["--machine", "--duration", "soon"]])
def test_a_command_that_makes_no_sense_is_2(platform: FakePlatform, arguments: list[str]) -> None:
    assert send(*arguments) == ExitCode.USAGE


@pytest.mark.parametrize(("name", "options"), [("r.CSV", []), ("r.txt", ["--format", "csv"])])
def test_a_file_of_csv_is_known_by_its_ending_or_by_an_option(
    platform: FakePlatform, tmp_path: Path, name: str, options: list[str]
) -> None:
    (tmp_path / name).write_text("device,time,t\nd1,2026-01-31T12:00:00Z,1\nd1,noon,2\n")
    assert send(str(tmp_path / name), *options) == ExitCode.NOT_ACCEPTED
    assert [reading.metrics for reading in platform.kept.values()] == [{"t": 1}]


def test_a_header_that_does_not_fit_is_1(platform: FakePlatform, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("hello\n")
    assert send(str(tmp_path / "r.csv")) == ExitCode.FAILED


@pytest.mark.parametrize(("options", "one_path"), [([], True), (["--sign", "device"], False)])
def test_a_fleet_is_sent_as_by_a_gateway_unless_devices_are_to_sign(
    platform: FakePlatform, tmp_path: Path, options: list[str], *, one_path: bool
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_bytes(format_keyring(Keyring("k1", {"k1": b"s" * 32})))
    command = ["send", "--to", "http://platform", "--keys-file", str(keys), "--fleet", "9", "--rate", "300"]
    result = CliRunner().invoke(app, [*command, "--count", "30", *options])
    assert result.exit_code == ExitCode.OK, result.output
    # How many of the devices send is chance: some drop out for a while.
    paths = {request.url.path for request in platform.requests if request.method == "POST"}
    assert (len(paths) == 1) is one_path
