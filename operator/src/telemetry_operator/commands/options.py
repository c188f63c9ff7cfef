"""Options that several commands share, declared once."""

from pathlib import Path
from typing import Annotated, Final

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

ChangedKeysFile = Annotated[
    Path | None,
    typer.Option("--keys-file", help="A keys file of no platform here; whether it is in force is not asked."),
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait until it is seen to be in force.")]

TARGET_PANEL: Final = "Where to, and with what right"

To = Annotated[str | None, typer.Option(metavar="URL", help="The producer's address.", rich_help_panel=TARGET_PANEL)]
AnalyticsUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="That of analytics; left out: as --to.", rich_help_panel=TARGET_PANEL)
]
AdministratorToken = Annotated[
    str | None,
    typer.Option(
        envvar="TELEMETRYCTL_TOKEN", help="An administrator's, in place of a keys file.", rich_help_panel=TARGET_PANEL
    ),
]
