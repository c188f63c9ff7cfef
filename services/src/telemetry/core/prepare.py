"""`python -m telemetry.core.prepare`: makes PostgreSQL and Kafka ready for a platform, once, before its services start.

It may run again at any time, and twice at once: migrations run under a lock, and a topic that exists is left as it is
but for its retention.
"""

import logging
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any, Final

import psycopg
import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pydantic import Field, SecretStr
from sqlalchemy.exc import DBAPIError

from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.refusals import Refusals
from telemetry.core.kafka.topics import (
    REQUEST_SECONDS,
    TopicMissingError,
    dead_letters_of,
    ensure_topics,
    platform_topics,
)
from telemetry.core.logs import configure_logs
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.partitions import maintain_partitions
from telemetry.core.postgres.refusals import is_refusal
from telemetry.core.postgres.schema import migrate
from telemetry.core.settings import Count, KafkaSettings, ProgramSettings, Seconds, load_settings, needed_where
from telemetry_contract.architecture import Store, Writes
from telemetry_contract.times import MICROSECONDS_PER_SECOND

WAIT_SECONDS: Final = 120.0
PAUSE_SECONDS: Final = 1.0
EXIT_UNPREPARED: Final = 1

log = structlog.get_logger(__name__)


class PrepareSettings(KafkaSettings, ProgramSettings):
    """What there is to prepare: PostgreSQL where it is the store, Kafka where writes go through it."""

    postgres_url: Annotated[SecretStr | None, Field(validate_default=True), needed_where(Store.POSTGRES)] = None
    """Address of PostgreSQL; needed where `TELEMETRY_STORE` is `postgres`."""
    retention_seconds: Seconds
    """How long readings are kept; older ones are refused or expire."""
    kafka_bootstrap: Annotated[str, Field(validate_default=True), needed_where(Writes.KAFKA)] = ""
    topic_prefix: Annotated[str, Field(validate_default=True), needed_where(Writes.KAFKA)] = ""
    topic_partitions: Count = 1
    """Partitions of the readings topic, fixed at its creation."""
    topic_replication: Count = 1
    """Copies of each topic that the brokers keep."""
    topic_min_insync: Count = 1
    """Copies that must have a record before it is acknowledged."""
    topic_retention_seconds: Annotated[Seconds | None, Field(validate_default=True), needed_where(Writes.KAFKA)] = None
    """How long the readings topic keeps records; longer than `TELEMETRY_MAX_BUFFER_AGE_SECONDS`. Needed where
    `TELEMETRY_WRITES` is `kafka`."""


class NotPreparedError(Exception):
    """A server did not come up, or refused; the text says which and why."""


def prepare(settings: PrepareSettings, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Prepare what the architecture uses.

    Raises:
        NotPreparedError: a server could not be made ready within `wait_seconds`.
    """
    deadline = time.monotonic() + wait_seconds
    if settings.postgres_url is not None:
        url = settings.postgres_url.get_secret_value()
        _patiently("PostgreSQL", lambda: prepare_postgres(url, settings.retention_seconds), deadline)
    if settings.writes is Writes.KAFKA:
        _patiently("Kafka", lambda: prepare_kafka(settings), deadline)


def prepare_postgres(url: str, retention_seconds: float) -> None:
    revision = migrate(url)
    retention = int(retention_seconds * MICROSECONDS_PER_SECOND)
    with connect(url, application="telemetry-prepare", autocommit=True) as connection:
        maintain_partitions(connection, now=time.time_ns() // 1000, retention=retention)
    log.info("postgres-prepared", revision=revision)


def prepare_kafka(settings: PrepareSettings) -> None:
    topics = platform_topics(
        settings.topic_prefix,
        partitions=settings.topic_partitions,
        replication=settings.topic_replication,
        min_insync=settings.topic_min_insync,
        retention_seconds=settings.topic_retention_seconds or 0.0,
    )
    if settings.store is Store.MEMORY:
        copies, in_sync = settings.topic_replication, settings.topic_min_insync
        topics.append(dead_letters_of(settings.topic_prefix, replication=copies, min_insync=in_sync))
    # What fails is told by each request's own error, not line by line on standard error.
    refusals = Refusals()
    config: dict[str, Any] = {**client_config(settings), "log_level": 0, "error_cb": refusals}
    admin = AdminClient(config)
    _reach(admin, refusals)
    ensure_topics(admin, topics)
    log.info("kafka-prepared", topics=[topic.name for topic in topics])


def _reach(admin: AdminClient, refusals: Refusals) -> None:
    """Return when a broker answers.

    Raises:
        NotPreparedError: they refuse us, which waiting does not mend.
        KafkaException: none answers.
    """
    deadline = time.monotonic() + REQUEST_SECONDS
    while True:
        try:
            admin.list_topics(timeout=PAUSE_SECONDS)
        except KafkaException:
            admin.poll(0)
            if refusals.last is not None:
                raise NotPreparedError(f"Kafka refuses us: {refusals.last.str()}") from None
            if time.monotonic() >= deadline:
                raise
        else:
            return


def _patiently(server: str, step: Callable[[], None], deadline: float) -> None:
    """Repeat a step until it succeeds: a server that is starting refuses in ways that pass; others end it."""
    while True:
        try:
            step()
        except (psycopg.Error, DBAPIError, KafkaException, TopicMissingError) as error:
            remaining = deadline - time.monotonic()
            cause = getattr(error, "orig", error)
            reason = " ".join(str(cause).split())
            if isinstance(cause, psycopg.Error) and is_refusal(cause):
                raise NotPreparedError(f"{server} refuses us: {reason}") from error
            if remaining <= 0:
                raise NotPreparedError(f"{server} was not made ready in time: {reason}") from error
            log.info("server-awaited", server=server, reason=reason, seconds_left=round(remaining))
            time.sleep(min(PAUSE_SECONDS, remaining))
        else:
            return


def main() -> None:
    settings = load_settings(PrepareSettings, sys.argv[1:])
    configure_logs(settings, "prepare")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        prepare(settings)
    except NotPreparedError as error:
        log.error("not-prepared", error=str(error))  # noqa: TRY400 - the reason is in the text, the trace adds nothing
        raise SystemExit(EXIT_UNPREPARED) from None


if __name__ == "__main__":
    main()
