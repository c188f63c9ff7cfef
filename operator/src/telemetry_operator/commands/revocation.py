"""`telemetryctl device revoke`: a device's keys of old generations are refused from now on."""

from typing import Annotated

import typer

from telemetry_contract.keys import make_device_key
from telemetry_operator.client.enforcement import await_verdict
from telemetry_operator.commands.options import NoWait, PlatformName
from telemetry_operator.commands.output import Format, OutputOption, err, print_result, steps
from telemetry_operator.commands.target import Addresses, find_running, read_keyring
from telemetry_operator.local.credentials import Revocation, revoke
from telemetry_operator.local.state import State, choose_state


def revoke_device(
    device: Annotated[str, typer.Argument(help="The device's id.")],
    *,
    generation: Annotated[
        int | None, typer.Option(metavar="N", help="Refuse keys below N; left out: one above what is refused now.")
    ] = None,
    key: Annotated[
        bool, typer.Option("--key", help="Print the device's next valid key, alone on standard output.")
    ] = False,
    no_wait: NoWait = False,
    platform: PlatformName = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Revoke a device's keys: those of a generation below its minimum, which rises, are refused from now on."""
    state = choose_state(platform)
    revocation = revoke(state.revocations_file, device, generation)
    running = None if no_wait or revocation.minimum == 0 else find_running(platform)
    with steps() as progress:
        progress.step("waiting until the old key is refused")
        waited = None if running is None else await_refusal(running, state, revocation)
    following = make_device_key(read_keyring(state.keys_file), device, revocation.minimum) if key else None
    words = _in_words(revocation, waited)
    if following is not None and output is Format.TABLE:
        err.print(words)
        typer.echo(following)
        return
    print_result(_plain(revocation, waited, following), words, output)


def await_refusal(running: Addresses, state: State, revocation: Revocation) -> float:
    """Return after how many seconds the newest of the revoked keys is refused.

    Raises:
        NotInForceError: it is not in time.
    """
    old = make_device_key(read_keyring(state.keys_file), revocation.device, revocation.minimum - 1)
    return await_verdict(running.producer, running.analytics, revocation.device, old, accepted=False)


def _plain(revocation: Revocation, waited: float | None, key: str | None) -> dict[str, object]:
    return {
        "device": revocation.device,
        "before": revocation.before,
        "minimum": revocation.minimum,
        "waited_seconds": None if waited is None else round(waited, 2),
        "key": key,
    }


def _in_words(revocation: Revocation, waited: float | None) -> str:
    seen = (
        "in force within 10 s where the platform runs" if waited is None else f"seen to be refused after {waited:.1f} s"
    )
    was = "as before" if revocation.before == revocation.minimum else f"before: {revocation.before}"
    return f"{revocation.device}: keys below generation {revocation.minimum} are refused ({was}), {seen}"
