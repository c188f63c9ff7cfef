"""`telemetryctl dlq`: the dead letters of a platform listed, shown, and their readings sent again."""

import asyncio
from typing import Annotated, Final

import typer

from telemetry_contract.dead_letter_api import DeadLetter, DeadLetterRecord
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.replay import Replayed, replay
from telemetry_operator.client.sending import Target, open_client
from telemetry_operator.commands.dlq_report import letter_report, letters_table, plain_replayed, replayed_table
from telemetry_operator.commands.options import (
    AdministratorToken,
    AnalyticsUrl,
    KeysFile,
    PlatformName,
    To,
    parse_seconds,
)
from telemetry_operator.commands.output import ExitCode, Format, OutputOption, print_result, steps
from telemetry_operator.commands.target import Wish, resolve_administrator

_SHOWN: Final = 100

Reason = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Only those whose reason has this text in it, whatever its case.")
]
Patience = Annotated[float, typer.Option(parser=parse_seconds, metavar="TIME", help="Until all must be stored.")]


def list_letters(
    *,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = _SHOWN,
    platform: PlatformName = None,
    to: To = None,
    analytics: AnalyticsUrl = None,
    keys_file: KeysFile = None,
    token: AdministratorToken = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """List dead letters, newest first: why each was buried, and what the store has of its reading now."""
    target = resolve_administrator(Wish(platform, to, analytics, keys_file, token))
    letters = asyncio.run(_list(target, reason, limit + 1))
    more = len(letters) > limit
    print_result(letters[:limit], letters_table(letters[:limit], more=more), output)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="As `dlq list` tells it.")],
    *,
    platform: PlatformName = None,
    to: To = None,
    analytics: AnalyticsUrl = None,
    keys_file: KeysFile = None,
    token: AdministratorToken = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Show a dead letter whole: its reading, and the record's bytes as hex and text."""
    target = resolve_administrator(Wish(platform, to, analytics, keys_file, token))
    letter = asyncio.run(_show(target, name))
    print_result(letter, letter_report(letter), output)


def replay_letters(
    names: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="As `dlq list` tells them.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All letters, or with --reason those.")] = False,
    reason: Reason = None,
    patience: Patience = "60s",  # type: ignore[assignment] # typer parses the default too
    platform: PlatformName = None,
    to: To = None,
    analytics: AnalyticsUrl = None,
    keys_file: KeysFile = None,
    token: AdministratorToken = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Send the readings of dead letters again, with the same ids; exit code 4 where not all are stored then."""
    if bool(names) == everything or (reason and not everything):
        raise typer.BadParameter("give the ids of letters, or --all (with --reason for some of them)")
    target = resolve_administrator(Wish(platform, to, analytics, keys_file, token))
    with steps() as progress:
        progress.step("replaying")
        found = asyncio.run(_replay(target, names or [], reason, patience))
    print_result([plain_replayed(one) for one in found], replayed_table(found), output)
    if not all(one.fate.good for one in found):
        raise typer.Exit(ExitCode.NOT_ACCEPTED)


async def _list(target: Target, reason: str | None, limit: int | None = None) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    async with open_client(target.analytics) as client:
        async for letter in Analytics(client, target.reader).dead_letters(reason):
            found.append(letter)
            if len(found) == limit:
                break
    return found


async def _show(target: Target, name: str) -> DeadLetterRecord:
    async with open_client(target.analytics) as client:
        return await Analytics(client, target.reader).dead_letter(name)


async def _replay(target: Target, names: list[str], reason: str | None, patience: float) -> list[Replayed]:
    letters = [await _show(target, name) for name in dict.fromkeys(names)] if names else await _list(target, reason)
    return await replay(target, letters, patience=patience)
