"""A worker as Locust knows it: one user, who drives this worker's share of the arrivals.

Its index is given from outside and stays its own, so that a share is nobody else's, whatever Locust rebalances.
"""

import os
import sys
from pathlib import Path
from typing import Any, ClassVar, Final

import gevent
import structlog
from gevent.event import AsyncResult
from locust import User, task
from locust.env import Environment
from locust.runners import WorkerRunner

from telemetry_contract.keys import Keyring, parse_keyring
from telemetry_loadtest.engine import messages
from telemetry_loadtest.engine.driver import Driver
from telemetry_loadtest.engine.messages import Begin, Failed, Ready
from telemetry_loadtest.engine.priming import PrimingError, prime
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.windows import Ledger, Report

log = structlog.get_logger(__name__)

WATCH_SECONDS: Final = 1.0


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
    """One worker's part of the run."""

    def __init__(self, plan: Plan, worker: int, runner: WorkerRunner) -> None:
        self._plan = plan
        self._worker = worker
        self._runner = runner
        self._keyring = read_keyring(plan)
        self._ledger = Ledger()
        self._driver = Driver(plan, worker, self._keyring, self._ledger, self._report)
        self._begin: AsyncResult[float] = AsyncResult()
        runner.register_message(messages.BEGIN, self._on_begin)
        runner.register_message(messages.STOP, self._on_stop)

    def drive(self) -> None:
        try:
            self._drive()
        except Exception as error:  # whatever it is: nobody else hears of it
            log.exception("worker-failed", worker=self._worker)
            reason = str(error) if isinstance(error, PrimingError) else f"{type(error).__name__}: {error}"
            self._tell(messages.FAILED, messages.pack(Failed(self._worker, reason)))

    def _drive(self) -> None:
        prime(self._plan, self._worker, self._keyring, self._ledger)
        self._tell(messages.READY, messages.pack(Ready(self._worker)))
        accounts = self._driver.run(self._begun())
        final = messages.Final(self._worker, accounts, self._driver.local_errors)
        self._tell(messages.FINAL, messages.pack(final))

    def _begun(self) -> float:
        """Wait for the start, and return when it is."""
        at = self._begin.get()
        assert at is not None  # noqa: S101 - waited for without a time limit
        return at

    def _report(self, report: Report) -> None:
        self._tell(messages.REPORT, messages.pack(report))

    def _on_begin(self, msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
        self._begin.set(messages.unpack(msg.data, Begin).at)

    def _on_stop(self, **_: object) -> None:
        self._driver.stop()

    def _tell(self, kind: str, data: bytes) -> None:
        self._runner.send_message(kind, data)  # type: ignore[arg-type] # MessagePack carries bytes as well as a dict


def read_keyring(plan: Plan) -> Keyring:
    return parse_keyring(Path(plan.target.keys_file).read_bytes())


def run_worker(plan: Plan, worker: int, host: str, port: int) -> None:
    """Serve a master until it ends us, or is gone."""
    environment = Environment(user_classes=[FleetUser])
    runner = environment.create_worker_runner(host, port)
    FleetUser.share = Share(plan, worker, runner)
    gevent.spawn(end_with_parent, os.getppid())
    runner.greenlet.join()


def end_with_parent(parent: int) -> None:
    """End this process when the one that started it is gone: who was killed tells nobody."""
    while os.getppid() == parent:
        gevent.sleep(WATCH_SECONDS)
    log.error("parent-gone", parent=parent)
    sys.stdout.flush()
    os._exit(1)
