"""`python -m telemetry_loadtest.engine PLAN`: a master with its workers on this machine, or one of them alone.

- `--result FILE`: master and workers here. What was measured is written to the file.
- `--master --control-port PORT --control-token FILE`: the master alone. It waits for its workers, and keeps what was
  measured until somebody has fetched it (`control`).
- `--worker N --master-host HOST`: a worker alone, counted from 0.

Standard output has a line of JSON for whatever happens (`measured.Line`). SIGINT and SIGTERM end the run in order. Exit
code 0 where there is something measured, 1 where there is nothing: then `--last-words` says why (`endings`).
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import gevent
import locust  # noqa: F401 - patches the interpreter: before whatever opens a socket
import msgspec
import structlog

from telemetry_loadtest.credentials import read_credentials
from telemetry_loadtest.endings import Ending, LastWords
from telemetry_loadtest.engine.control import STOPPED, Control
from telemetry_loadtest.engine.errors import EngineError
from telemetry_loadtest.engine.local import keeping_workers
from telemetry_loadtest.engine.master import Master
from telemetry_loadtest.engine.worker import run_worker
from telemetry_loadtest.measured import Line, Outcome, Said, encode_line
from telemetry_loadtest.plan import Plan, decode_plan
from telemetry_loadtest.progress import Board
from telemetry_loadtest.verdict import Cause

log = structlog.get_logger(__name__)

LOOPBACK: Final = "127.0.0.1"
ANY: Final = "*"
CLOCKS: Final = 5.0  # seconds that workers' clocks may be off the master's, the way of a message to a busy pod included
KEEPING: Final = 7 * 24 * 3600.0  # seconds
PARTING: Final = 10.0  # seconds in which a result can still be fetched from a master that was told to end


def main() -> int:
    options = _options()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        return _run(options)
    except EngineError as error:
        _end(options, error.last_words)
    except Exception as error:
        log.exception("engine-broke")
        _end(options, LastWords(Ending.BROKEN, f"{type(error).__name__}: {error}"))
    return 1


def _run(options: argparse.Namespace) -> int:
    plan = decode_plan(options.plan.read_bytes())
    if options.worker is not None:
        run_worker(plan, options.worker, options.master_host, options.master_port, options.patience)
        return 0
    if options.master:
        return _lead_apart(plan, options)
    return _lead_here(plan, options)


def _lead_here(plan: Plan, options: argparse.Namespace) -> int:
    master = Master(plan, read_credentials(plan, time.time()), _say, LOOPBACK, options.master_port)
    _on_signals(lambda: master.stop(Cause.STOPPED, STOPPED))
    with keeping_workers(options.plan, plan.workers, master):
        outcome = master.run(options.patience)
    options.result.write_bytes(_encode(outcome))
    return 0


def _lead_apart(plan: Plan, options: argparse.Namespace) -> int:
    board = Board()

    def tell(line: Line) -> None:
        board.note(line)
        _say(line)

    master = Master(plan, read_credentials(plan, time.time()), tell, ANY, options.master_port, clocks=CLOCKS)
    control = Control(board, options.control_token.read_text().strip(), lambda why: master.stop(Cause.STOPPED, why))

    def end() -> None:
        master.stop(Cause.STOPPED, STOPPED)
        control.leave(PARTING)

    _on_signals(end)
    with control.served(options.control_host, options.control_port):
        control.offer(_encode(master.run(options.patience)))
        tell(Said("measured; the result is kept until it has been fetched"))
        if not control.await_stored(options.keep):
            raise EngineError(Ending.NOT_FETCHED, "the run was measured, and nobody fetched its result")
    return 0


def _on_signals(end: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, end)


def _end(options: argparse.Namespace, words: LastWords) -> None:
    if options.worker is None:
        _say(Said(words.message))
    else:
        log.error("worker-ended", ending=str(words.ending), message=words.message)
    if options.last_words is not None:
        options.last_words.write_text(str(words))


def _encode(outcome: Outcome) -> bytes:
    return msgspec.json.encode(outcome)


def _say(line: Line) -> None:
    sys.stdout.buffer.write(encode_line(line))
    sys.stdout.buffer.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m telemetry_loadtest.engine")
    parser.add_argument("plan", type=Path)
    parser.add_argument("--result", type=Path, default=Path("measured.json"))
    role = parser.add_mutually_exclusive_group()
    role.add_argument("--master", action="store_true", help="be the master alone: others start the workers")
    role.add_argument("--worker", type=int, help="be this worker, counted from 0")
    parser.add_argument("--master-host", default=LOOPBACK, help="where a worker finds its master")
    parser.add_argument("--master-port", type=int, default=0)
    parser.add_argument("--patience", type=float, default=180.0, help="seconds until all workers must be ready")
    parser.add_argument("--control-host", default="0.0.0.0")  # noqa: S104 - asked from outside the pod, with a token
    parser.add_argument("--control-port", type=int, default=8080)
    parser.add_argument("--control-token", type=Path, help="file with what the control port asks for")
    parser.add_argument("--keep", type=float, default=KEEPING, help="seconds that a result is kept for its fetching")
    parser.add_argument("--last-words", type=Path, help="file for why nothing was measured")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
