"""`python -m telemetry_loadtest.engine PLAN --result FILE`: the master, and on this machine its workers too.

Standard output has a line of JSON for whatever happens (`measured.Line`), the result's file what was measured. SIGINT
and SIGTERM end the run in order. Exit code 0 where there is something measured, 1 where there is nothing.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import gevent
import locust  # noqa: F401 - patches the interpreter: before whatever opens a socket
import msgspec
import structlog

from telemetry_loadtest.engine.ceiling import measure_ceiling
from telemetry_loadtest.engine.master import EngineError, Master
from telemetry_loadtest.engine.worker import end_with_parent, read_keyring, run_worker
from telemetry_loadtest.measured import Line, Measured, Said, encode_line
from telemetry_loadtest.plan import Plan, decode_plan
from telemetry_loadtest.verdict import Cause

LOOPBACK: Final = "127.0.0.1"
GRACE: Final = 5.0  # seconds until a worker that was told to end is killed


def main() -> int:
    options = _options()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    plan = decode_plan(options.plan.read_bytes())
    if options.worker is not None:
        run_worker(plan, options.worker, options.master_host, options.master_port)
        return 0
    return _lead(plan, options)


def _lead(plan: Plan, options: argparse.Namespace) -> int:
    ceiling = None
    if plan.measure_ceiling:
        _say(Said("measuring what one worker alone can offer to an empty server"))
        ceiling = measure_ceiling(plan, read_keyring(plan))
    master = Master(plan, _say, LOOPBACK if options.local else options.master_host, options.master_port)
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, master.stop, Cause.STOPPED, "stopped before its end")
    try:
        with _workers(plan, options, master):
            measured = master.run(ceiling)
    except EngineError as error:
        _say(Said(str(error)))
        return 1
    _write(options.result, measured)
    return 0


@contextmanager
def _workers(plan: Plan, options: argparse.Namespace, master: Master) -> Iterator[None]:
    """Keep this machine's workers while the run lasts; elsewhere something else starts them."""
    if not options.local:
        yield
        return
    command = [sys.executable, "-m", "telemetry_loadtest.engine", str(options.plan), "--master-port", str(master.port)]
    processes = [
        subprocess.Popen([*command, "--worker", str(number)], stdout=subprocess.DEVNULL, start_new_session=True)
        for number in range(plan.workers)
    ]
    watching = gevent.spawn(_watch, processes, master)
    gevent.spawn(end_with_parent, os.getppid())
    try:
        yield
    finally:
        watching.kill()
        for process in processes:
            _end(process)


def _watch(processes: list[subprocess.Popen[bytes]], master: Master) -> None:
    while True:
        gevent.sleep(0.2)
        for number, process in enumerate(processes):
            if process.poll() is not None:
                master.lose(number, f"its process ended with exit code {process.returncode}")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _write(path: Path, measured: Measured) -> None:
    path.write_bytes(msgspec.json.encode(measured))


def _say(line: Line) -> None:
    sys.stdout.buffer.write(encode_line(line))
    sys.stdout.buffer.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m telemetry_loadtest.engine")
    parser.add_argument("plan", type=Path)
    parser.add_argument("--result", type=Path, default=Path("measured.json"))
    parser.add_argument("--worker", type=int, help="be this worker, counted from 0")
    parser.add_argument("--master-host", default=LOOPBACK)
    parser.add_argument("--master-port", type=int, default=0)
    parser.add_argument("--no-workers", dest="local", action="store_false", help="others start the workers")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
