"""The exec wrapper: `python -m telemetry_operator.local.launch PROGRAM_FILE [RECORD_FILE]` becomes the program.

It stands between the supervisor and each program because three things can only be done by the process itself: leave
root, ask to be ended when the supervisor dies, and write down who it is before it becomes somebody else.
"""

import os
import signal
import sys
from pathlib import Path

import psutil

from telemetry_contract.settings import PREFIX
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.files import write_private
from telemetry_operator.local.privileges import end_with_parent, leave_root
from telemetry_operator.local.processes import record_process
from telemetry_operator.local.program import Program, decode_program

EXIT_CANNOT_LAUNCH = 126


def environment_for(program: Program, inherited: dict[str, str]) -> dict[str, str]:
    """Add the program's environment to the inherited one, of which no setting of ours may leak in."""
    foreign = {name: value for name, value in inherited.items() if not name.startswith(PREFIX)}
    return foreign | program.environment


def become(program: Program, record_file: Path | None) -> None:
    parent = os.getppid()
    if record_file is not None:
        record_process(record_file, psutil.Process())
    for path, content in program.files.items():
        write_private(Path(path), content.encode())
    if program.owned is not None:
        leave_root(Path(program.owned))
    end_with_parent(signal.Signals[f"SIG{program.stop_signal}"])
    if os.getppid() != parent:  # it died before we could ask to be told
        sys.exit(EXIT_CANNOT_LAUNCH)
    os.execve(program.argv[0], program.argv, environment_for(program, dict(os.environ)))  # noqa: S606 - no shell


def main(arguments: list[str]) -> None:
    source, record = arguments[0], arguments[1:]
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    try:
        become(decode_program(data), Path(record[0]) if record else None)
    except (OSError, PlatformError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        sys.exit(EXIT_CANNOT_LAUNCH)


if __name__ == "__main__":
    main(sys.argv[1:])
