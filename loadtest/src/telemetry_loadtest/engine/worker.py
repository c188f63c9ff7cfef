"""A worker as Locust knows it: one user, who drives this worker's share of the arrivals.

Its index is given from outside and stays its own, so that a share is nobody else's, whatever Locust rebalances.
"""

import os
import signal
import sys
import time
from typing import Any, ClassVar
from typing import Final as Constant

import gevent
import msgspec
import structlog
from gevent import socket
from gevent.queue import Queue
from locust import User, task
from locust.env import Environment
from locust.runners import WorkerRunner

from telemetry_loadtest.credentials import Credentials, read_credentials
from telemetry_loadtest.endings import Ending
from telemetry_loadtest.engine import messages
from telemetry_loadtest.engine.ceiling import measure_ceiling
from telemetry_loadtest.engine.driver import Driver
from telemetry_loadtest.engine.errors import EngineError
from telemetry_loadtest.engine.messages import Begin, Close, Drained, Failed, Final, Ready
from telemetry_loadtest.engine.priming import NOTHING_LEFT, PrimingError, prime, settle
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.trials import trial_plan
from telemetry_loadtest.windows import Ledger, Report

log = structlog.get_logger(__name__)

WATCH_SECONDS: Constant = 1.0
SILENCE: Constant = 15.0  # seconds without a word, of a worker or of the master, after which the other counts as lost
LOOKS: Constant = 3
PARTING: Constant = 0.5  # seconds for a last message to be on its way


class FleetUser(User):
    """The fleet behind one worker; Locust spawns one of it in each."""

    share: "ClassVar[Share | None]" = None

    @task
    def drive(self) -> None:
        share, FleetUser.share = FleetUser.share, None
        if share is not None:
            share.drive()
        gevent.sleep(3600)  # until Locust stops us


class Share:
    """One worker's part of the run: of its only load, or of each trial of a search."""

    def __init__(
        self, plan: Plan, worker: int, credentials: Credentials, ceiling: float | None, runner: WorkerRunner
    ) -> None:
        self._plan = plan
        self._worker = worker
        self._runner = runner
        self._credentials = credentials
        self._ceiling = ceiling
        self._ledger = Ledger()
        self._driver: Driver | None = None
        self._loads: Queue[tuple[Driver, float]] = Queue()
        self._closes: Queue[Close] = Queue()
        runner.register_message(messages.BEGIN, self._on_begin)
        runner.register_message(messages.STOP, self._on_stop)
        runner.register_message(messages.CLOSE, self._on_close)

    def drive(self) -> None:
        try:
            self._drive()
        except Exception as error:  # whatever it is: nobody else hears of it
            log.exception("worker-failed", worker=self._worker)
            refused = isinstance(error, PrimingError)
            reason = str(error) if refused else f"{type(error).__name__}: {error}"
            ending = Ending.TARGET_REFUSES if refused else Ending.BROKEN
            self._tell(messages.FAILED, Failed(self._worker, reason, ending))

    def leave(self) -> None:
        """End at once: the master need not wait for a word that never comes."""
        self._tell(messages.FAILED, Failed(self._worker, "it was told to end", Ending.WORKER_LOST))
        gevent.sleep(PARTING)
        os._exit(128 + signal.SIGTERM)

    def _drive(self) -> None:
        prime(self._plan, self._worker, self._credentials, self._ledger)
        self._tell(messages.READY, Ready(self._worker, time.time(), self._ceiling))
        while True:  # until Locust stops us
            self._load(*self._loads.get())

    def _load(self, driver: Driver, begin: float) -> None:
        driver.run(begin)
        self._tell(messages.DRAINED, Drained(self._worker))
        at = self._closes.get().settle
        left = NOTHING_LEFT
        if at is not None:
            left = settle(self._plan, self._worker, self._credentials, self._ledger, at)
        accounts, self._ledger = self._ledger.close(), Ledger()
        self._tell(messages.FINAL, Final(self._worker, accounts, driver.local_errors, driver.until, *left))

    def _on_begin(self, msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
        begin = messages.unpack(msg.data, Begin)
        plan = self._plan if begin.rate is None else trial_plan(self._plan, begin.rate)
        # Made here, so that a stop that follows at once finds what it is to stop.
        self._driver = Driver(plan, self._worker, self._credentials, self._ledger, self._report)
        self._loads.put((self._driver, begin.at))

    def _on_stop(self, **_: object) -> None:
        if self._driver is not None:
            self._driver.stop()

    def _on_close(self, msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
        self._closes.put(messages.unpack(msg.data, Close))

    def _report(self, report: Report) -> None:
        self._tell(messages.REPORT, report)

    def _tell(self, kind: str, message: msgspec.Struct) -> None:
        data = messages.pack(message)
        self._runner.send_message(kind, data)  # type: ignore[arg-type] # MessagePack carries bytes as well as a dict


def run_worker(plan: Plan, worker: int, host: str, port: int, patience: float) -> None:
    """Serve a master until it ends us.

    Raises:
        EngineError: it is not there within `patience` seconds, or is gone.
    """
    credentials = read_credentials(plan, time.time())
    ceiling = measure_ceiling(plan, credentials) if plan.measure_ceiling and worker == 0 else None
    _await_master(host, port, patience)
    environment = Environment(user_classes=[FleetUser])
    runner = environment.create_worker_runner(host, port)
    share = FleetUser.share = Share(plan, worker, credentials, ceiling, runner)
    gevent.spawn(end_with_parent, os.getppid())
    # The first process of a container is deaf to it otherwise.
    gevent.signal_handler(signal.SIGTERM, share.leave)
    watch = gevent.spawn(_watch_master, runner)
    runner.greenlet.join()
    if watch.ready():
        raise EngineError(Ending.MASTER_LOST, f"nothing was heard from the master for {SILENCE:g} s")


def _await_master(host: str, port: int, patience: float) -> None:
    """Wait until somebody listens there: a name may be unknown yet, and a pod may start later than its workers."""
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_connection((host, port), WATCH_SECONDS).close()
        except OSError as error:
            if time.monotonic() > deadline:
                why = f"no master at {host}:{port} within {patience:g} s: {error}"
                raise EngineError(Ending.MASTER_LOST, why) from None
        else:
            return
        gevent.sleep(WATCH_SECONDS)


def _watch_master(runner: WorkerRunner) -> None:
    """End the worker when its master is silent: load that nobody counts is load all the same."""
    silent = 0
    while silent < LOOKS:
        gevent.sleep(WATCH_SECONDS)
        heard = runner.last_heartbeat_timestamp
        # More than one look: a process that stood still reads what has come only afterwards.
        silent = silent + 1 if heard is not None and time.time() - heard > SILENCE else 0
    gevent.spawn(runner.quit)


def end_with_parent(parent: int) -> None:
    """End this process when the one that started it is gone: who was killed tells nobody."""
    while os.getppid() == parent:
        gevent.sleep(WATCH_SECONDS)
    log.error("parent-gone", parent=parent)
    sys.stdout.flush()
    os._exit(1)
