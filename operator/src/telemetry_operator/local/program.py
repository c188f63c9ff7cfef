"""What the supervisor runs: one program in the foreground, described completely.

The description is a file (0600, it holds secrets) that `telemetry_operator.local.launch` reads and becomes. So the
supervisor's own configuration names no secret, and the description's digest says whether a program changed.
"""

import hashlib
import sys
from pathlib import Path

import msgspec

LAUNCHER = "telemetry_operator.local.launch"


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A process that stays in the foreground.

    `environment` is added to what the supervisor inherited. `files` (path to content) are its configuration, written
    each time before it starts, so that a changed configuration is a changed program. `owned` names the directory of a
    program that refuses to run as root: under root it is handed to an unprivileged user, and so is the program.
    """

    name: str
    argv: tuple[str, ...]
    environment: dict[str, str] = {}
    files: dict[str, str] = {}
    stop_signal: str = "TERM"
    stop_seconds: int = 10
    owned: str | None = None

    def encode(self) -> bytes:
        return msgspec.json.encode(self, order="deterministic")

    def digest(self) -> str:
        """Tell one description from another without showing it."""
        return hashlib.sha256(self.encode()).hexdigest()[:16]


def decode_program(data: bytes) -> Program:
    return msgspec.json.decode(data, type=Program)


def launch_argv(program_file: Path | None, record_file: Path | None = None) -> list[str]:
    """Build the command that becomes the program of `program_file`, or of standard input where that is None.

    `record_file` receives the identity of the process (see `telemetry_operator.local.processes`).
    """
    record = [] if record_file is None else [str(record_file)]
    return [sys.executable, "-P", "-m", LAUNCHER, "-" if program_file is None else str(program_file), *record]
