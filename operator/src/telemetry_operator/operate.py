"""The operator: `python -m telemetry_operator.operate`, with its settings in the environment (docs/settings.md)."""

import asyncio
import logging
import os
import sys

from telemetry_operator.controller.logs import configure_logs
from telemetry_operator.controller.program import operate
from telemetry_operator.controller.settings import load_settings


def main() -> None:
    settings = load_settings(sys.argv[1:])
    configure_logs(settings)
    with asyncio.Runner() as runner:
        code = runner.run(operate(settings))
        logging.shutdown()
        # The Lease is given back. What may still run only reads: watches, and a probe that waits for its answer in a
        # thread, for up to a minute, which a replacement need not wait for.
        os._exit(code)


if __name__ == "__main__":
    main()
