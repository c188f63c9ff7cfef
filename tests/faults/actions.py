"""What goes wrong: each action does it to a stage under load, repairs it, and returns when recovery began.

That is the moment of the SIGKILL or SIGTERM (a supervisor starts the process again at once), of the SIGCONT, or of the
step that disturbs. Times are monotonic seconds.
"""

import signal
import time
from collections.abc import Callable

from telemetry_operator.local.plan import STOP_SECONDS
from telemetry_operator.specs.layout import Server
from tests.faults.stage import Stage

Act = Callable[[Stage], float]


def kill_service(name: str) -> Act:
    def act(stage: Stage) -> float:
        process, begun = stage.services[name], time.monotonic()
        process.kill()
        process.start()
        return begun

    return act


def kill_server(server: Server) -> Act:
    def act(stage: Stage) -> float:
        running, begun = stage.servers[server], time.monotonic()
        running.kill()
        running.start()
        return begun

    return act


def freeze_service(name: str, seconds: float) -> Act:
    def act(stage: Stage) -> float:
        stage.services[name].signal(signal.SIGSTOP)
        time.sleep(seconds)
        stage.services[name].signal(signal.SIGCONT)
        return time.monotonic()

    return act


def freeze_server(server: Server, seconds: float) -> Act:
    def act(stage: Stage) -> float:
        stage.servers[server].freeze()
        time.sleep(seconds)
        stage.servers[server].thaw()
        return time.monotonic()

    return act


def terminate(name: str) -> Act:
    def act(stage: Stage) -> float:
        begun = time.monotonic()
        end(stage, name)
        stage.services[name].start()
        return begun

    return act


def end(stage: Stage, name: str) -> None:
    """End a service as its supervisor does, which waits for so long and no longer."""
    stage.services[name].signal(signal.SIGTERM)
    assert stage.services[name].wait(STOP_SECONDS) == 0


def terminate_before_frozen(name: str, server: Server) -> Act:
    """End a service while what stands behind it does not answer."""

    def act(stage: Stage) -> float:
        stage.servers[server].freeze()
        try:
            end(stage, name)
        finally:
            stage.servers[server].thaw()
        stage.services[name].start()
        return time.monotonic()

    return act


def prepare_twice(stage: Stage) -> float:
    begun = time.monotonic()
    stage.prepare_twice()
    return begun
