"""Migrations: bringing a database to this release's schema, and telling whether it is there.

Alembic runs the revisions of `migrations` under a session's advisory lock, so that programs started together do it
once. A statement that would wait long for a lock, or run long, fails instead: readings must flow during a roll-out.
"""

from typing import Final

import psycopg
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from telemetry.core.ports import Unavailable

log = structlog.get_logger(__name__)

MIGRATION_LOCK: Final = 0x7E1E_0001  # this platform's advisory locks, see also `partitions`
TURN_MILLISECONDS: Final = 120_000  # how long one program waits for another's migrations
LOCK_MILLISECONDS: Final = 5_000
STATEMENT_MILLISECONDS: Final = 60_000
CONNECT_SECONDS: Final = 10


def migrate(url: str) -> str:
    """Bring the database at `url` to this release's revision, and return it. Repeating it changes nothing.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL is away, refused a statement, or another program held the lock too long.
    """
    with _connection(url) as connection:
        _limit(connection, lock=TURN_MILLISECONDS, statement=TURN_MILLISECONDS)
        connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
        _limit(connection, lock=LOCK_MILLISECONDS, statement=STATEMENT_MILLISECONDS)
        connection.commit()
        if not is_current(_revision(connection)):
            command.upgrade(_config(connection), "head")
        return _revision(connection) or ""


def schema_revision(url: str) -> str | None:
    """Return the revision of the database at `url`, `None` where no migration has run."""
    with _connection(url) as connection:
        return _revision(connection)


def head_revision() -> str:
    """Return the revision that this release needs."""
    return _script().get_current_head() or ""


def is_current(revision: str | None) -> bool:
    """Tell whether a database at this revision serves this release: it is its own, or one that only a newer knows."""
    known = [script.revision for script in _script().walk_revisions()]
    return revision is not None and (revision == known[0] or revision not in known)


def require_schema(url: str) -> None:
    """Return if the database at `url` serves this release.

    Raises:
        Unavailable: it does not yet, or is away.
    """
    try:
        revision = schema_revision(url)
    except DBAPIError as error:
        raise Unavailable("PostgreSQL is away") from error
    if not is_current(revision):
        log.info("schema-awaited", revision=revision)
        raise Unavailable("the database's schema is not there yet")


def _connection(url: str) -> Connection:
    # psycopg reads the address itself, so that all of libpq's ways to write one hold here too.
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, connect_timeout=CONNECT_SECONDS),
        poolclass=NullPool,
    )
    return engine.connect()


def _limit(connection: Connection, *, lock: int, statement: int) -> None:
    connection.execute(text(f"SET lock_timeout = {lock:d}"))
    connection.execute(text(f"SET statement_timeout = {statement:d}"))


def _revision(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return revision


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "telemetry.core.postgres:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "telemetry.core.postgres:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)
