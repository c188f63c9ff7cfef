"""`docs/cli.md` says of every command what the program says of itself."""

from pathlib import Path
from typing import Any

import pytest
from tools.reference.cli import PROGRAM, build_cli, commands, exit_codes
from tools.reference.cli_notes import NOTES

from telemetry_operator.client.replay import Fate
from telemetry_operator.commands.output import ExitCode

DOCUMENT = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()
COMMANDS = dict(commands())


def test_the_committed_page_says_what_the_program_says() -> None:
    assert build_cli() == DOCUMENT, "make it anew: make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_each_of_its_options_say_what_they_are_for(name: str) -> None:
    command: Any = COMMANDS[name]
    assert f"`{name}" in DOCUMENT
    assert command.help
    assert [parameter.name for parameter in command.params if not parameter.help] == []


def test_each_exit_code_is_explained() -> None:
    assert [code for code, _ in exit_codes()] == [f"`{code.value}`" for code in ExitCode]


def test_notes_are_of_commands_that_there_are() -> None:
    assert {f"{PROGRAM} {name}" for name in NOTES} <= COMMANDS.keys()


def test_each_end_of_a_replay_is_explained() -> None:
    assert [fate for fate in Fate if f"| `{fate}` |" not in NOTES["dlq replay"]] == []
