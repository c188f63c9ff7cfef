"""`docs/cli.md`: every command of telemetryctl with its arguments and options, from the program itself."""

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args

import typer

from telemetry_operator.cli import app
from telemetry_operator.commands.output import ExitCode
from tools.reference.cli_notes import BEHIND, INTRO, NOTES
from tools.reference.markdown import code, page, table

PROGRAM: Final = "telemetryctl"
_PLACEHOLDERS: Final = {str: "TEXT", int: "N", float: "X", Path: "PATH"}


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command that does something by its whole name, in the program's own order."""
    yield from _below(typer.main.get_command(app), PROGRAM)


def build_cli() -> str:
    return page(INTRO, "## Exit codes", table(["code", "meaning"], exit_codes()), *map(_section, commands()), BEHIND)


def exit_codes() -> list[list[str]]:
    """Return each exit code with its meaning, as the program's own help says it."""
    said = (ExitCode.__doc__ or "").removesuffix(".").split("; ")
    meanings = dict(one.split(" ", 1) for one in said)
    return [[code(found.value), meanings[str(found.value)]] for found in ExitCode]


def _below(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own kinds
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, found in command.commands.items():
        yield from _below(found, f"{name} {word}")


def _section(found: tuple[str, Any]) -> str:
    name, command = found
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    shown = [name, *map(_argument_in_usage, arguments), *(["[OPTIONS]"] if options else [])]
    rows = [[code(_metavar(one)), _default(one), one.help or ""] for one in arguments]
    rows += [[_option(one), _default(one), one.help or ""] for one in options]
    head = f"## {name.removeprefix(PROGRAM).strip()}\n\n{code(' '.join(shown))}"
    says = inspect.cleandoc(command.help or "")
    return page(head, says, table(["", "default", "meaning"], rows), NOTES.get(name.removeprefix(PROGRAM).strip(), ""))


def _argument_in_usage(argument: Any) -> str:  # noqa: ANN401 - as above
    return _metavar(argument) if argument.required else f"[{_metavar(argument)}]"


def _metavar(argument: Any) -> str:  # noqa: ANN401 - as above
    return str(argument.metavar or argument.name.upper())


def _option(option: Any) -> str:  # noqa: ANN401 - as above
    names = ", ".join(map(code, [*option.opts, *option.secondary_opts]))
    return f"{names} {_value(option)}" if not option.is_flag else names


def _value(option: Any) -> str:  # noqa: ANN401 - as above
    kinds = [kind for kind in _kinds(option.type_descriptor.annotation) if kind is not type(None)]
    choices = [one.value for kind in kinds if issubclass(kind, Enum) for one in kind]
    if choices:
        return " or ".join(map(code, choices))
    return code(option.metavar or next(_PLACEHOLDERS[kind] for kind in kinds))


def _kinds(annotation: Any) -> Iterator[type]:  # noqa: ANN401 - as above
    inside = get_args(annotation)
    for one in inside:
        yield from _kinds(one)
    if not inside:
        yield annotation


def _default(parameter: Any) -> str:  # noqa: ANN401 - as above
    if parameter.required:
        return "*required*"
    variable = f"or {code('$' + parameter.envvar)}" if getattr(parameter, "envvar", None) else ""
    value = parameter.default
    value = value.value if isinstance(value, Enum) else value
    if value is None or value is False:
        return variable
    shown = parameter.opts[0] if value is True else f"{value:g}" if isinstance(value, float) else value
    return " ".join(filter(None, [code(shown), variable]))
