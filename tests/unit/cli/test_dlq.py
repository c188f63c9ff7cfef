import json
from collections.abc import Sequence
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from telemetry_contract.problems import ProblemKind
from telemetry_contract.readings import Reading
from telemetry_operator.cli import app
from telemetry_operator.client import replay
from telemetry_operator.commands import dlq
from telemetry_operator.commands.dlq_report import hex_lines
from telemetry_operator.commands.output import ExitCode
from tests.support.fake_platform import FakePlatform, refusal


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    for module in (dlq, replay):
        monkeypatch.setattr(module, "open_client", lambda *_: platform.client())
    platform.bury(Reading("d1", 5, {"t": 1}, "[bold]r1"), "its time lies in the future")
    platform.bury(b"\0hello", "[red]undecodable[/red]")
    return platform


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dlq", *arguments, "--to", "http://platform", "--token", "t"])


def plain(*arguments: str) -> Any:  # noqa: ANN401 - what was printed
    return json.loads(run(*arguments, "-o", "json").stdout)


def test_letters_are_listed_newest_first(platform: FakePlatform) -> None:
    assert [letter["id"] for letter in plain("list")] == ["letter-1", "letter-0"]
    shown = run("list").stdout
    assert "[red]undecodable[/red]" in shown
    assert "d1" in shown


@pytest.mark.parametrize(
    ("options", "names"), [(["--reason", "future"], ["letter-0"]), (["--limit", "1"], ["letter-1"])]
)
def test_some_letters_are_listed(platform: FakePlatform, options: Sequence[str], names: list[str]) -> None:
    assert [letter["id"] for letter in plain("list", *options)] == names


def test_that_there_are_more_is_said(platform: FakePlatform) -> None:
    assert "there are more" in run("list", "--limit", "1").stdout
    assert "there are more" not in run("list", "--limit", "2").stdout


def test_an_undecodable_record_is_shown_as_hex_and_text_and_said_to_be_no_reading(platform: FakePlatform) -> None:
    shown = run("show", "letter-1").stdout
    assert "00 68 65 6c 6c 6f" in shown
    assert ".hello" in shown
    assert "not replayed" in shown
    assert plain("show", "letter-1")["value"] == "AGhlbGxv"


def test_a_reading_is_shown_as_it_was_sent(platform: FakePlatform) -> None:
    assert '"id":"[bold]r1"' in "".join(run("show", "letter-0").stdout.split())


def test_a_letter_that_is_replayed_is_0(platform: FakePlatform) -> None:
    result = run("replay", "letter-0")
    assert result.exit_code == ExitCode.OK, result.output
    assert len(platform.kept) == 1


def test_one_that_cannot_be_is_4_and_says_why(platform: FakePlatform) -> None:
    result = run("replay", "--all")
    assert result.exit_code == ExitCode.NOT_ACCEPTED
    assert "replayed 1, undecodable 1" in result.stdout
    assert "no reading" in result.stdout
    assert plain("replay", "--all", "--reason", "future") == [
        {"id": "letter-0", "fate": "already-stored", "why": "its reading is stored"}
    ]


def test_an_unknown_letter_is_1(platform: FakePlatform) -> None:
    assert run("show", "nobody").exit_code == ExitCode.FAILED


@pytest.mark.parametrize("arguments", [[], ["letter-0", "--all"], ["letter-0", "--reason", "x"]])
def test_which_letters_are_meant_must_be_clear(platform: FakePlatform, arguments: list[str]) -> None:
    assert run("replay", *arguments).exit_code == ExitCode.USAGE


def test_a_token_that_may_not_is_told_what_is_missing(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "_letters", lambda *_: refusal(ProblemKind.MISSING_SCOPE))
    assert "scope admin" in run("list").stderr


def test_bytes_are_dumped_sixteen_a_line() -> None:
    lines = list(hex_lines(bytes(range(60, 78)) + b"\x7f\xff"))
    assert lines[0].startswith("00000000  3c 3d 3e 3f")
    assert lines[0].endswith("<=>?@ABCDEFGHIJK")
    assert lines[1].startswith("00000010  4c 4d 7f ff ")
    assert lines[1].endswith("  LM..")
