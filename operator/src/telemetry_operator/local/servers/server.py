"""The shape that every embedded server has, and what their modules share."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from telemetry_operator.errors import PlatformError
from telemetry_operator.local.program import Program, launch_argv

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """An embedded server.

    `prepare` makes the data directory ready (idempotent, may take long the first time), `program` runs it, `is_ready`
    asks it whether it answers, `address` is what its clients need.
    """

    program: Program
    address: str
    prepare: Callable[[], None]
    is_ready: Callable[[], bool]

    @property
    def name(self) -> str:
        return self.program.name


class ServerUnavailableError(PlatformError):
    """An embedded server cannot be had on this machine."""


class PreparationError(PlatformError):
    """A program that prepares something did not end well."""

    def __init__(self, message: str, output: str) -> None:
        super().__init__(message)
        self.output = output


def unavailable(server: str, reason: str, flag: str, address: str) -> ServerUnavailableError:
    """Name both ways out wherever an embedded server cannot be had."""
    return ServerUnavailableError(
        f"the embedded {server} cannot be had here: {reason}",
        hint=f"give one of your own with {flag} {address}, or as `external` in the manifest",
    )


def run_to_end(program: Program, *, timeout_seconds: float = 120.0) -> str:
    """Run a program that ends by itself, in the same way the supervisor runs the server, and return its output.

    Raises:
        PreparationError: it failed, or did not end in time.
    """
    try:
        result = subprocess.run(
            launch_argv(None),
            input=program.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        shown = (error.output or b"").decode(errors="replace")
        raise PreparationError(f"{program.name} has not ended after {timeout_seconds:.0f} s", shown) from None
    output = result.stdout.decode(errors="replace")
    if result.returncode != 0:
        last = "\n  ".join(["", *output.splitlines()[-5:]])
        raise PreparationError(f"{program.name} ended with exit code {result.returncode}:{last}", output)
    return output
