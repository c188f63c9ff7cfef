"""`python -m telemetry_loadtest.collector [--config FILE] [--output FILE]`, until SIGTERM or the end of its parent.

Without a configuration the servers are those of the environment, by the variables of the platform's own components.
Lines go to standard output, or to a file.
"""

import argparse
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from telemetry_loadtest.collector.config import Config, config_of, decode_config
from telemetry_loadtest.collector.lines import Line, encode_line
from telemetry_loadtest.collector.sampling import sample
from telemetry_loadtest.collector.sources import sources_of

WATCH_SECONDS: Final = 1.0


def main() -> int:
    options = _options()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    threading.Thread(target=_end_with_parent, args=(os.getppid(), over), name="parent", daemon=True).start()
    config = _config(options.config)
    with ExitStack() as open_files:
        out = open_files.enter_context(options.output.open("ab")) if options.output else sys.stdout.buffer

        def tell(line: Line) -> None:
            out.write(encode_line(line))
            out.flush()

        sample(sources_of(config), config.period, tell, over)
    return 0


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
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
