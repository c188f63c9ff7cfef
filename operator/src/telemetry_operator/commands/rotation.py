"""`telemetryctl key rotate` and `telemetryctl key list`: the secrets that keys and tokens are signed with."""

import time
from typing import Annotated

import typer
from rich.table import Table

from telemetry_contract.keys import Keyring, make_device_key
from telemetry_contract.times import format_time
from telemetry_operator.client.enforcement import await_verdict
from telemetry_operator.commands.options import ChangedKeysFile, NoWait, PlatformName
from telemetry_operator.commands.output import Format, OutputOption, print_result, steps
from telemetry_operator.commands.target import Addresses, find_running, read_keyring
from telemetry_operator.local.credentials import age_in_words, rotate
from telemetry_operator.local.state import choose_state
from telemetry_operator.probe import DEVICE as PROBE


def rotate_key(
    *,
    drop: Annotated[
        bool, typer.Option("--drop", help="Where two are live, let the one go that does not sign.")
    ] = False,
    no_wait: NoWait = False,
    platform: PlatformName = None,
    keys_file: ChangedKeysFile = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Add a new secret that signs from now on; the one before stays live, and what it signed stays valid."""
    file = keys_file or choose_state(platform).keys_file
    running = None if no_wait or keys_file is not None else find_running(platform)
    now = time.time_ns() // 1000
    with steps() as progress, rotate(file, now, drop=drop) as rotation:
        progress.step(f"waiting until all know secret {rotation.keyring.current}")
        waited = None if running is None else await_new_secret(running, rotation.keyring)
    keyring = rotation.keyring
    print_result(
        {
            "current": keyring.current,
            "live": sorted(keyring.secrets),
            "dropped": rotation.dropped,
            "waited_seconds": None if waited is None else round(waited, 2),
        },
        _in_words(keyring, rotation.dropped, waited),
        output,
    )


def list_keys(
    *, platform: PlatformName = None, keys_file: ChangedKeysFile = None, output: OutputOption = Format.TABLE
) -> None:
    """List the live secrets by their names, never the secrets themselves."""
    keyring, now = read_keyring(keys_file or choose_state(platform).keys_file), time.time_ns() // 1000
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("kid", "signs", "made"):
        table.add_column(column)
    for kid in keyring.secrets:
        table.add_row(kid, "yes" if kid == keyring.current else "no", age_in_words(keyring, kid, now))
    print_result([_plain(keyring, kid) for kid in keyring.secrets], table, output)


def await_new_secret(running: Addresses, keyring: Keyring) -> float:
    """Return after how many seconds all services accept what the keyring signs.

    Raises:
        NotInForceError: they do not in time.
    """
    return await_verdict(running.producer, running.analytics, PROBE, make_device_key(keyring, PROBE), accepted=True)


def _plain(keyring: Keyring, kid: str) -> dict[str, object]:
    created = keyring.created.get(kid)
    return {"kid": kid, "current": kid == keyring.current, "created": None if created is None else format_time(created)}


def _in_words(keyring: Keyring, dropped: str | None, waited: float | None) -> str:
    others = ", ".join(kid for kid in keyring.secrets if kid != keyring.current)
    gone = "" if dropped is None else f"; {dropped} is gone"
    known = "in force within 10 s where the platform runs" if waited is None else f"all knew it after {waited:.1f} s"
    return f"{keyring.current} signs now, {known}; {others} stays live{gone}"
