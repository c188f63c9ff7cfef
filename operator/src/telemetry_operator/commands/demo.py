"""`telemetryctl demo`: the platform brought up, shown at work on real readings, and ended again."""

import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from telemetry_loadtest.machine import machine_device
from telemetry_operator.client.interrupt import SIGNALS, run_to_end
from telemetry_operator.client.sending import Target
from telemetry_operator.commands.interruption import interruption
from telemetry_operator.commands.options import parse_seconds
from telemetry_operator.commands.output import ExitCode, err, out, steps
from telemetry_operator.commands.target import Wish, resolve_target
from telemetry_operator.demo.show import Result, Script, show
from telemetry_operator.demo.words import query_lines, result_lines
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.down import bring_down
from telemetry_operator.local.options import Options
from telemetry_operator.local.state import choose_state, locked, platform_names, was_up
from telemetry_operator.local.up import bring_up
from telemetry_operator.specs.manifest import read_manifest
from telemetry_operator.specs.platform import TelemetryPlatform

NAME: Final = "demo"
_UNWATCHED: Final = 60.0  # seconds, where nobody is there to end it

Manifest = Annotated[Path, typer.Argument(help="The platform that is shown.")]
FleetSize = Annotated[int, typer.Option(min=1, metavar="N", help="Simulated devices beside this machine.")]
Rate = Annotated[float, typer.Option(min=0.01, metavar="R", help="Readings a second of all simulated devices.")]
Lasting = Annotated[
    float | None,
    typer.Option(parser=parse_seconds, metavar="TIME", help="Left out: in a terminal until Ctrl-C, elsewhere 60s."),
]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the platform running.")]


def demo(
    file: Manifest = Path("examples/kafka.yaml"),
    *,
    fleet: FleetSize = 100,
    rate: Rate = 100.0,
    duration: Lasting = None,
    keep: Keep = False,
) -> None:
    """Bring a platform up, show it working on readings of this machine and a simulated fleet, and end it."""
    platform = _named(read_manifest(file))
    lasting = duration if duration is not None or out.is_terminal else _UNWATCHED
    with locked(f"{NAME}.show", _refuse):
        good = _demonstrate(platform, Script(fleet, rate, lasting), keep=keep)
    if not good:
        raise typer.Exit(ExitCode.NOT_CLOSED)


def _refuse() -> NoReturn:
    raise PlatformError(
        "a demonstration is running here already, and would be ended by the end of this one",
        hint="let it end, press Ctrl-C where it runs, or give this one a place of its own with XDG_STATE_HOME",
    )


def _demonstrate(platform: TelemetryPlatform, script: Script, *, keep: bool) -> bool:
    anew = not was_up(NAME)
    interruption.heed(SIGNALS)
    came_up = False
    try:
        with steps() as progress:
            bring_up(platform, Options(), progress)
        came_up = True
        return _play(script, keep=keep, linger=script.duration is None)
    except BaseException:
        if interruption.asked:
            came_up, keep = True, keep and came_up
        raise
    finally:
        if came_up and not keep:
            _end(delete_data=anew)


def _named(platform: TelemetryPlatform) -> TelemetryPlatform:
    """The same platform under the demonstration's own name, so that it touches no other."""
    return platform.model_copy(update={"metadata": platform.metadata.model_copy(update={"name": NAME})})


def _play(script: Script, *, keep: bool, linger: bool) -> bool:
    target = resolve_target(Wish(platform=NAME))
    out.print(f"\nThis machine ({machine_device()}) and {script.fleet} simulated devices send. Meanwhile, ask it:\n")
    _print_queries(target)
    result = run_to_end(show(target, script, out))
    _print_summary(result)
    if keep:
        out.print("\nThe platform is left running. Ask it:\n")
        _print_queries(target)
        out.print(f"End it: {_program()} down {NAME} --delete-data")
    elif linger:
        _linger(target)
    return result.good


def _linger(target: Target) -> None:
    """Leave the platform up while somebody looks at the summary, whose lines ask it."""
    out.print("\nThe platform is still up. Ask it:\n")
    _print_queries(target)
    out.print("Enter or Ctrl-C ends it.", style="bold")
    with suppress(KeyboardInterrupt):
        sys.stdin.readline()
    interruption.answer()


def _print_queries(target: Target) -> None:
    for line in query_lines(target.analytics, target.reader, machine_device()):
        typer.echo(line)  # whole: a line that rich wrapped could not be pasted
    out.print()


def _print_summary(result: Result) -> None:
    out.print()
    for line in result_lines(result):
        out.print(line, soft_wrap=True)
    if result.good:
        out.print("What was acknowledged is stored, nothing twice, and the ledger balances.", style="bold green")
    else:
        out.print("THE BOOKS DO NOT CLOSE: see above.", style="bold red")


def _program() -> str:
    """This program as a person must type it here."""
    return "telemetryctl" if shutil.which("telemetryctl") else sys.argv[0]


def _end(*, delete_data: bool) -> None:
    """End the platform, whatever else is pressed meanwhile, and even where nobody can be told any more."""
    if NAME not in platform_names():
        return
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    bring_down(choose_state(NAME), _Whisper(), delete_data=delete_data)
    kept = "its data is deleted" if delete_data else "its data, which was there before, is kept"
    with suppress(OSError):
        out.print(f"The platform has ended, and {kept}. To keep it running: {_program()} demo --keep", soft_wrap=True)


class _Whisper:
    """Tells how far it is where there is still a terminal, or a pipe that somebody reads."""

    def step(self, text: str) -> None:
        with suppress(OSError):
            err.print(f"{text} ...")
