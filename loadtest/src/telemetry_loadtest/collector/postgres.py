"""PostgreSQL: connections, commits, cache hits and WAL, by views that every role may read."""

from collections.abc import Mapping
from typing import Final

import psycopg
from psycopg.rows import DictRow, dict_row

from telemetry_loadtest.collector.figures import Counts, gauge, rate, share
from telemetry_loadtest.collector.sources import SECONDS, Question, Source, UnavailableError

# Each is a commit too: what is asked twice a second shows in the commits.
STATEMENTS: Final[Mapping[str, str]] = {
    "database": """
        SELECT numbackends - 1 AS connections, xact_commit AS commits, xact_rollback AS rollbacks, blks_hit, blks_read
        FROM pg_stat_database WHERE datname = current_database()""",
    "wal": "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bytes",
}
QUESTIONS: Final = (
    Question(
        "database",
        (
            gauge("connections", "connections", "connections"),
            rate("commits", "1/s", "commits"),
            rate("rollbacks", "1/s", "rollbacks"),
            share("cache-hits", "blks_hit", "blks_read"),
        ),
    ),
    Question("wal", (rate("wal", "bytes/s", "bytes"),)),
)


def postgres_source(url: str) -> Source:
    return Source("postgres", QUESTIONS, lambda: Postgres(url))


class Postgres:
    """One connection, which may not write."""

    def __init__(self, url: str) -> None:
        try:
            self._connection: psycopg.Connection[DictRow] = psycopg.connect(
                url, autocommit=True, connect_timeout=round(SECONDS), row_factory=dict_row, application_name="collector"
            )
        except psycopg.Error as error:
            raise UnavailableError(_in_words(error)) from None
        self._set("default_transaction_read_only", "on")
        self._set("statement_timeout", str(round(1000 * SECONDS)))

    def ask(self, question: str) -> Counts:
        try:
            row = self._connection.execute(STATEMENTS[question].encode()).fetchone()
        except psycopg.Error as error:
            raise UnavailableError(_in_words(error)) from None
        return {name: float(value) for name, value in (row or {}).items() if value is not None}

    def close(self) -> None:
        self._connection.close()

    def _set(self, name: str, value: str) -> None:
        try:
            self._connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        except psycopg.Error as error:
            self.close()
            raise UnavailableError(_in_words(error)) from None


def _in_words(error: psycopg.Error) -> str:
    """The first line: what follows repeats the statement, or the other addresses that were tried."""
    return str(error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__)
