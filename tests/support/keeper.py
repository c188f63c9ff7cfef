"""`python -m tests.support.keeper SERVER DIRECTORY CONTROLLER`: keeps one shared server while a test run lives.

It goes to the background, belongs to no worker, and ends when it is told to (SIGTERM) or when the run's controller
process is gone.
"""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import psutil

from telemetry_operator.local.files import write_private
from telemetry_operator.local.processes import record_process
from tests.support.servers import SHARED, running

LOOK_SECONDS = 0.5


def keep(name: str, directory: Path, controller: psutil.Process) -> None:
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    record_process(directory / f"{name}.keeper", psutil.Process())
    with running(SHARED[name](directory), directory) as server:
        write_private(directory / f"{name}.address", server.address.encode())
        while not told.wait(LOOK_SECONDS) and controller.is_running():
            pass
    if not controller.is_running():
        shutil.rmtree(directory, ignore_errors=True)


def main(name: str, directory: Path, controller: psutil.Process) -> None:
    if os.fork():
        return
    os.setsid()
    try:
        keep(name, directory, controller)
    except BaseException:
        (directory / f"{name}.failed").touch()
        raise


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), psutil.Process(int(sys.argv[3])))
