"""`telemetryctl device key` and `telemetryctl token create`: credentials from a platform's keys file."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from telemetry_contract.keys import Claims, Keyring, Scope, make_device_key, make_token
from telemetry_contract.readings import MAX_DEVICE, is_device, is_reserved
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_operator.commands.options import KeysFile, PlatformName, parse_seconds
from telemetry_operator.commands.output import Format, OutputOption, print_result
from telemetry_operator.commands.target import read_keyring
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.state import choose_state

_MAX_GENERATION = 2**31


class CredentialError(PlatformError):
    """No such credential can be made."""


def issue_device_key(keyring: Keyring, device: str, generation: int) -> dict[str, object]:
    """A device's key, with what it is of.

    Raises:
        CredentialError: no device can have this id, or the id is the platform's own.
    """
    if not is_device(device):
        raise CredentialError(
            f"{device!r} is not a device id", hint=f"a device id is 1 to {MAX_DEVICE} of A-Z a-z 0-9 . _ : -"
        )
    if is_reserved(device):
        raise CredentialError(f"{device!r} begins with _: such ids are the platform's own")
    if not 0 <= generation < _MAX_GENERATION:
        raise CredentialError(f"generation {generation} is out of range: 0 to {_MAX_GENERATION - 1}")
    key = make_device_key(keyring, device, generation)
    return {"device": device, "generation": generation, "kid": keyring.current, "key": key}


def issue_token(keyring: Keyring, subject: str, scopes: Sequence[Scope], seconds: float) -> dict[str, object]:
    """A token with its claims; `expires` is said as a time.

    Raises:
        CredentialError: the subject is empty or too long, or there is no scope.
    """
    if not subject or not scopes:
        raise CredentialError("a token needs a subject and at least one scope")
    expires = int(time.time() + seconds)
    claims = Claims(subject, tuple(dict.fromkeys(scopes)), expires)
    try:
        token = make_token(keyring, claims)
    except ValueError as error:
        raise CredentialError(str(error), hint="give a shorter subject") from None
    return {
        "subject": subject,
        "scopes": [scope.value for scope in claims.scopes],
        "expires": format_time(expires * MICROSECONDS_PER_SECOND),
        "kid": keyring.current,
        "token": token,
    }


def device_key(
    device: Annotated[str, typer.Argument(help="The device's id.")],
    *,
    generation: Annotated[int, typer.Option(help="Keys below a device's minimum generation are revoked.")] = 0,
    platform: PlatformName = None,
    keys_file: KeysFile = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Print a device's key."""
    _print(issue_device_key(_keyring(platform, keys_file), device, generation), "key", output)


def create_token(
    *,
    subject: Annotated[str, typer.Option(help="Who bears it: a gateway, a reader, an administrator.")],
    scope: Annotated[list[Scope], typer.Option(help="What it allows; may be repeated.")],
    expires: Annotated[float, typer.Option(parser=parse_seconds, metavar="TIME", help="In 30d, 1h, ...")] = "30d",  # type: ignore[assignment] # typer parses the default too
    platform: PlatformName = None,
    keys_file: KeysFile = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Print a token for a gateway (readings:write), a reader (readings:read) or an administrator (admin)."""
    _print(issue_token(_keyring(platform, keys_file), subject, scope, expires), "token", output)


def _keyring(platform: str | None, keys_file: Path | None) -> Keyring:
    return read_keyring(keys_file or choose_state(platform).keys_file)


def _print(issued: dict[str, object], secret: str, output: Format) -> None:
    """Print all as JSON, or the secret alone on one line, so that a shell can take it."""
    if output is Format.JSON:
        print_result(issued, "", output)
    else:
        typer.echo(issued[secret])
