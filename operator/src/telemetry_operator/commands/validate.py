"""`telemetryctl validate`: reads manifests and says what they would run; starts nothing and speaks to nobody."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from telemetry_operator.commands.output import ExitCode, Format, OutputOption, print_error, print_result
from telemetry_operator.commands.validation import plain_validation, validate_file, validation_report
from telemetry_operator.specs.manifest import ManifestError

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Manifests to check.")]


def validate(files: FilesArgument, output: OutputOption = Format.TABLE) -> None:
    """Check manifests: what each would run, what one may regret, and every fault. Exit code 2 if one is invalid."""
    validations = [validate_file(file) for file in files]
    refused = [validation for validation in validations if not validation.valid]
    valid = [validation_report(validation) for validation in validations if validation.valid]
    if valid or output is Format.JSON:
        print_result([plain_validation(validation) for validation in validations], Group(*valid), output)
    if output is Format.TABLE:
        for validation in refused:
            print_error(ManifestError("\n".join(validation.faults), hint=validation.hint))
    if refused:
        raise typer.Exit(ExitCode.USAGE)
