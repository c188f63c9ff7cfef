"""Options that several commands share, declared once."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import PydanticCustomError

from telemetry_operator.specs.duration import Duration


def parse_seconds(text: str) -> float:
    """Return the seconds of a duration such as 90s or 1h30m."""
    try:
        return Duration.parse(text).seconds
    except PydanticCustomError as error:
        raise typer.BadParameter(error.message()) from None


PlatformName = Annotated[
    str | None,
    typer.Option("--platform", help="Name of a platform on this machine; left out: the only one here."),
]
KeysFile = Annotated[Path | None, typer.Option(help="The platform's keys file, to sign with.")]
