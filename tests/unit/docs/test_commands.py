"""Each line of telemetryctl in the Markdown files names commands and options that there are."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from telemetry_operator.cli import app
from tests.unit.docs.markdown import FILES, code_lines

ROOT_COMMAND: Any = typer.main.get_command(app)
LINE = re.compile(r"telemetryctl (?P<words>[^|;&)#]*)")


@pytest.mark.parametrize("path", FILES, ids=str)
def test_each_line_names_commands_and_options_that_there_are(path: Path) -> None:
    unknown = [(words, name) for words in lines(path) for name in unknown_in(words)]
    assert unknown == []


def lines(path: Path) -> Iterator[str]:
    for line in code_lines(path):
        for found in LINE.finditer(line):
            yield found["words"].replace("'", "").replace('"', "")


def unknown_in(line: str) -> Iterator[str]:
    command = ROOT_COMMAND
    words = shlex.split(line)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        name = words.pop(0)
        if re.fullmatch("[a-z]+", name) is None:
            return  # a placeholder
        if name not in command.commands:
            yield name
            return
        command = command.commands[name]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}
    yield from (word for word in words if word.startswith("-") and word.partition("=")[0] not in known)
