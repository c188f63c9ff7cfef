"""The load generator as a process: started from a plan, listened to line by line, ended in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from telemetry_loadtest.measured import Line, Measured, Said, decode_line
from telemetry_loadtest.plan import Plan, encode_plan
from telemetry_operator.errors import PlatformError

LONGEST_LINE: Final = 4 * 1024 * 1024  # bytes
TAIL: Final = 5  # lines of its log that an error quotes


class EngineError(PlatformError):
    """The load generator measured nothing; `stopped` where somebody ended it before it began."""

    def __init__(self, message: str, *, stopped: bool) -> None:
        super().__init__(message)
        self.stopped = stopped


async def run_engine(plan: Plan, directory: Path, on_line: Callable[[Line], None], stop: asyncio.Event) -> Measured:
    """Run a plan; `stop` ends it in order, with what was measured until then. Files are left in the directory.

    Raises:
        EngineError: nothing was measured.
    """
    plan_file, result_file, log_file = (directory / name for name in ("plan.json", "measured.json", "engine.log"))
    plan_file.write_bytes(encode_plan(plan))
    command = [sys.executable, "-P", "-m", "telemetry_loadtest.engine", str(plan_file), "--result", str(result_file)]
    with log_file.open("wb") as log:
        # A session of its own: Ctrl-C at the terminal is for us, and we tell it.
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, start_new_session=True, limit=LONGEST_LINE
        )
    last = ""
    stopping = asyncio.ensure_future(_stop_when(stop, process))
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
        async for text in process.stdout:
            line = decode_line(text)
            last = line.text if isinstance(line, Said) else last
            on_line(line)
        code = await process.wait()
    finally:
        stopping.cancel()
        _kill(process)
    if code:
        why = last or _tail(log_file)
        raise EngineError(f"the load generator measured nothing: {why}", stopped=stop.is_set())
    return msgspec.json.decode(result_file.read_bytes(), type=Measured)


async def _stop_when(stop: asyncio.Event, process: asyncio.subprocess.Process) -> None:
    await stop.wait()
    process.send_signal(signal.SIGTERM)


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it and its workers, which end with it, where it still runs."""
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return " / ".join(lines[-TAIL:]) or "it said nothing"
