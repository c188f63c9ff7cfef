"""One connection of the direct writer, and the thread that waits on it.

The connection is made when it is needed and made anew when it breaks. A group of readings that was under way then may
be stored or not: nobody says so, and sending it again is safe, because the table knows readings by their identity.
"""

import os
import socket
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Final

import psycopg
import structlog

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.attempts import Connection, attempt, judge
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.schema import require_schema
from telemetry.core.worker import Worker
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading

APPLICATION: Final = "telemetry-producer"
IDLE_SECONDS: Final = 1.0  # unused for longer, a connection is asked whether it still is one
STATEMENT_SHARE: Final = 0.5  # of the deadline: PostgreSQL gives up first, where it can
STOPPED_SHARE: Final = 0.4  # so that who waits for the rows of a process that was stopped gets them in time

log = structlog.get_logger(__name__)


class ConnectionLostError(Exception):
    """PostgreSQL is away, or broke off: what was under way may be stored or not."""


class Lane:
    """Stores one group of readings after another."""

    def __init__(self, url: str, *, slot: int, retention: int, seconds: float) -> None:
        """Take the address, the slot of its counts, retention in microseconds, and a group's deadline."""
        self._url = url
        self._slot = slot
        self._retention = retention
        self._seconds = seconds
        self._worker = Worker(f"writer-{slot}")
        self._connection: Connection | None = None
        self._used = 0.0  # monotonic seconds
        self._schema_seen = False

    def submit(self, readings: Sequence[Reading]) -> Future[list[Outcome]]:
        """Store readings in the lane's thread; what became of each, in order.

        The future fails with `ConnectionLostError`, or with `psycopg.Error` where nothing was stored.
        """
        return self._worker.submit(partial(self._store, readings))

    def ping(self) -> Future[None]:
        """Ask in the lane's thread whether PostgreSQL is there with this release's schema.

        The future fails with `ConnectionLostError`, or with `Unavailable` where the schema is not there yet.
        """
        return self._worker.submit(self._ping)

    def distrust(self) -> None:
        """Ask before the next use whether the connection still is one."""
        self._used = 0.0

    def abort(self) -> None:
        """Break the connection off under the thread, which waits on it for too long."""
        connection = self._connection
        with suppress(OSError, psycopg.Error):
            if connection is not None:
                with socket.socket(fileno=os.dup(connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def close(self, timeout: float) -> None:
        self._worker.submit(self._disconnect)
        self._worker.close(timeout)

    def _store(self, readings: Sequence[Reading]) -> list[Outcome]:
        rows = [identify(reading) for reading in readings]
        connection = self._connected()
        try:
            outcomes, reasons = attempt(
                connection,
                rows,
                lambda within, store: judge(connection, rows, self._slot, within, store),
                retention=self._retention,
                clock=lambda: time.time_ns() // 1000,
            )
        except psycopg.Error as error:
            raise self._explain(error) from error
        self._used = time.monotonic()
        for index, reason in reasons.items():
            log.warning("reading-refused", device=readings[index].device, reason=reason)
        return outcomes

    def _ping(self) -> None:
        if not self._schema_seen:
            require_schema(self._url)
            self._schema_seen = True
        self.distrust()
        self._connected()

    def _connected(self) -> Connection:
        if self._connection is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self._look(self._connection)
        if self._connection is None:
            try:
                self._connection = connect(self._url, application=APPLICATION, autocommit=True)
                self._connection.execute(session(self._seconds))
            except psycopg.Error as error:
                self._disconnect()
                raise ConnectionLostError(str(error)) from error
        return self._connection

    def _look(self, connection: Connection) -> None:
        try:
            connection.execute("SELECT 1")
            self._used = time.monotonic()
        except psycopg.Error:
            self._disconnect()

    def _explain(self, error: psycopg.Error) -> Exception:
        if self._connection is not None and not self._connection.closed:
            return error
        self._disconnect()
        return ConnectionLostError(str(error))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def session(seconds: float) -> str:
    """Return the settings of a connection whose groups have a deadline."""
    milliseconds = seconds * 1000
    return f"""
    SET lock_timeout = {milliseconds * STATEMENT_SHARE:.0f};
    SET statement_timeout = {milliseconds * STATEMENT_SHARE:.0f};
    SET idle_in_transaction_session_timeout = {milliseconds * STOPPED_SHARE:.0f};
    SET transaction_timeout = {milliseconds:.0f}
    """
