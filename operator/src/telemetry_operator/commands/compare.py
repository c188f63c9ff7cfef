"""`telemetryctl compare`: variants of a platform under the same loads on this machine, and which of them is better."""

from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from telemetry_operator.commands.output import Format, OutputOption, print_error
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import read_only, read_text


class CompareExit(IntEnum):
    """0 every cell was run; 2 wrong usage, manifest or machine; 3 Aborted, and can be gone on with; 5 Error."""

    DONE = 0
    USAGE = 2
    ABORTED = 3
    ERROR = 5


def compare(
    file: Annotated[Path, typer.Argument(help="A manifest of kind ArchitectureComparison.")],
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be run, in which order.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin another, though one of this name is not finished: it stays as it is.")
    ] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Compare architectures on this machine: 0 done, 3 Aborted (the same command goes on), 5 Error."""
    # What calculates (numpy) takes a moment to import, which the other commands should not pay.
    from telemetry_operator.commands import comparing  # noqa: PLC0415

    comparison = read_only(ArchitectureComparison, file)
    try:
        wanted = comparing.want(comparison, read_text(file))
        if plan:
            comparing.print_plan(wanted, output)
            return
        ending = comparing.run(wanted, output, anew=anew)
    except PlatformError as error:  # nothing was begun
        print_error(error)
        raise typer.Exit(CompareExit.USAGE) from None
    raise typer.Exit(CompareExit[ending])
