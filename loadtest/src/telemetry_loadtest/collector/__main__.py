"""`python -m telemetry_loadtest.collector`, until SIGTERM or the end of its parent.

Without a configuration (`--config`) the servers are those of the environment, by the variables of the platform's own
components. Lines go to standard output, to a file (`--output`), or are kept for whoever asks on a port (`--serve`).
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from telemetry_loadtest.collector.config import Config, config_of, decode_config
from telemetry_loadtest.collector.lines import Line, encode_line
from telemetry_loadtest.collector.sampling import sample
from telemetry_loadtest.collector.serving import Kept, served
from telemetry_loadtest.collector.sources import sources_of

WATCH_SECONDS: Final = 1.0


def main() -> int:
    options = _options()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    threading.Thread(target=_end_with_parent, args=(os.getppid(), over), name="parent", daemon=True).start()
    config = _config(options.config)
    with ExitStack() as held:
        sample(sources_of(config), config.period, _teller(options, held), over)
        if options.serve is not None:
            over.wait()  # where there is no server to ask, others' lines are kept all the same
    return 0


def _teller(options: argparse.Namespace, held: ExitStack) -> Callable[[Line], None]:
    if options.serve is not None:
        kept = Kept()
        held.enter_context(served(kept, options.host, options.serve, options.token.read_text().strip()))
        return kept.keep
    out = held.enter_context(options.output.open("ab")) if options.output else sys.stdout.buffer

    def tell(line: Line) -> None:
        out.write(encode_line(line))
        out.flush()

    return tell


def _config(path: Path | None) -> Config:
    return config_of(os.environ) if path is None else decode_config(path.read_bytes())


def _end_with_parent(parent: int, over: threading.Event) -> None:
    """Who was killed tells nobody."""
    while not over.wait(WATCH_SECONDS):
        if os.getppid() != parent:
            over.set()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m telemetry_loadtest.collector")
    parser.add_argument(
        "--config", type=Path, help="servers as JSON (`config.Config`), not as the environment has them"
    )
    parser.add_argument("--output", type=Path, help="a file that lines are added to")
    parser.add_argument("--serve", type=int, metavar="PORT", help="keep lines for whoever asks here (needs --token)")
    parser.add_argument("--host", default="0.0.0.0", help="where it listens")  # noqa: S104 - asked from outside the pod
    parser.add_argument("--token", type=Path, help="file with what the port asks for")
    options = parser.parse_args()
    if options.serve is not None and options.token is None:
        parser.error("--serve needs --token")
    return options


if __name__ == "__main__":
    sys.exit(main())
