"""telemetryctl: assembles the commands of `telemetry_operator.commands`, each a plain function registered here.

Exit codes: see `commands.output.ExitCode`.
"""

import os
import signal
import sys
from typing import Any, Final

import typer
from typer.core import TyperGroup

from telemetry_operator.commands import (
    bench,
    compare,
    demo,
    dlq,
    keys,
    lifecycle,
    report,
    revocation,
    rotation,
    send,
    validate,
)
from telemetry_operator.commands.interruption import interruption
from telemetry_operator.commands.output import ExitCode, err, print_error
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.manifest import ManifestError


class Commands(TyperGroup):
    """All commands. An expected error is a line and an exit code, never a stack trace."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as its parent has it
        interruption.answer()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise _exit(ExitCode.OK) from None
        except PlatformError as error:
            print_error(error)
            raise _exit(ExitCode.USAGE if isinstance(error, ManifestError) else ExitCode.FAILED) from error
        except OSError as error:  # a full disk, a file that may not be read
            print_error(PlatformError(f"{error.filename}: {error.strerror}" if error.filename else str(error)))
            raise _exit(ExitCode.FAILED) from error
        except Exception as error:
            if not interruption.asked:
                raise
            raise _exit(ExitCode.INTERRUPTED) from error


def _exit(code: ExitCode) -> typer.Exit:
    """Return the way out; whatever an interrupt became, it was one."""
    if interruption.asked:
        code = ExitCode.INTERRUPTED
    if code is ExitCode.INTERRUPTED:
        err.print("interrupted")
    return typer.Exit(code)


app: Final = typer.Typer(
    name="telemetryctl",
    cls=Commands,
    help="Run a telemetry platform from one manifest, on this machine.",
    epilog=f"Exit codes: {ExitCode.__doc__}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(lifecycle.up)
app.command()(lifecycle.down)
app.command()(lifecycle.status)
app.command()(lifecycle.logs)
app.command()(validate.validate)
app.command()(send.send)
app.command()(demo.demo)
app.command()(bench.bench)
app.command()(compare.compare)
app.command()(report.report)
app.command()(report.diff)
device = typer.Typer(help="Devices' keys.", no_args_is_help=True)
device.command("key")(keys.device_key)
device.command("revoke")(revocation.revoke_device)
key = typer.Typer(help="The secrets that keys and tokens are signed with.", no_args_is_help=True)
key.command("rotate")(rotation.rotate_key)
key.command("list")(rotation.list_keys)
letters = typer.Typer(help="Dead letters: what the stream brought and could not be stored.", no_args_is_help=True)
letters.command("list")(dlq.list_letters)
letters.command("show")(dlq.show)
letters.command("replay")(dlq.replay_letters)
token = typer.Typer(help="Tokens of gateways, readers and administrators.", no_args_is_help=True)
token.command("create")(keys.create_token)
app.add_typer(device, name="device")
app.add_typer(token, name="token")
app.add_typer(key, name="key")
app.add_typer(letters, name="dlq")


def main() -> None:
    # `up` undoes what it began when it is ended, by Ctrl-C and by SIGTERM alike. In a script's background, where the
    # shell has it ignore Ctrl-C, it goes on.
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    interruption.heed((signal.SIGTERM,) if ignored else (signal.SIGTERM, signal.SIGINT))
    app()
