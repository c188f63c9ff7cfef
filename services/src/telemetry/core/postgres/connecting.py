"""Connections with this platform's limits: nothing waits for ever, and a commit is on disk before it returns."""

from typing import Any, Final

import psycopg

CONNECT_SECONDS: Final = 5

# Set after connecting, not as start-up options, which connection poolers refuse.
SESSION: Final = """
SET timezone = 'UTC';
SET synchronous_commit = 'on';
SET lock_timeout = '5s';
SET statement_timeout = '30s';
SET idle_in_transaction_session_timeout = '60s'
"""


def connect(url: str, *, application: str, autocommit: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a writer's connection; `application` is the name that PostgreSQL shows for it.

    Raises:
        psycopg.OperationalError: PostgreSQL is away, or refused.
    """
    connection = psycopg.connect(
        url, connect_timeout=CONNECT_SECONDS, application_name=application, autocommit=True, tcp_user_timeout=10_000
    )
    connection.execute(SESSION)
    connection.autocommit = autocommit
    return connection
