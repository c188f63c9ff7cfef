"""The books of a platform, straight from its tables: what is stored, and whether the stream's ledger balances."""

from collections import Counter
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row

from telemetry_contract.identity import digest_of
from tests.support.feed import Feed
from tests.support.waiting import wait_until


class LedgerRow(msgspec.Struct, frozen=True):
    """One row of `stream_partitions`, the topic's id as text."""

    topic: str
    partition: int
    next_offset: int
    records_read: int
    records_lost: int
    readings: int
    stored: int
    duplicate: int
    conflict: int
    dead: int
    expired: int

    @property
    def is_balanced(self) -> bool:
        ends = self.stored + self.duplicate + self.conflict + self.dead + self.expired
        return self.next_offset == self.records_read + self.records_lost and self.readings == ends


LEDGER = """
SELECT topic_id::text AS topic, partition, next_offset, records_read, records_lost, readings, stored, duplicate,
       conflict, dead, expired
FROM stream_partitions ORDER BY topic_id, partition
"""


class Books:
    """Reads with a new connection each time, so that PostgreSQL may be restarted in between."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ledger(self) -> list[LedgerRow]:
        with psycopg.connect(self.url) as connection, connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
            return cursor.execute(LEDGER).fetchall()

    def total(self, column: str) -> int:
        return sum(getattr(row, column) for row in self.ledger())

    def stored(self) -> list[bytes]:
        return [bytes(row[0]) for row in self.query("SELECT uuid_send(identity) FROM readings")]

    def dead_letters(self) -> list[tuple[int, str, bytes]]:
        """Return item, reason and payload of each."""
        rows = self.query("SELECT item, reason, payload FROM dead_letters ORDER BY partition, record_offset, item")
        return [(item, reason, bytes(payload)) for item, reason, payload in rows]

    def query(self, text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(text).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def until_read(self, records: int, *, timeout: float = 60) -> None:
        """Wait until so many records are accounted for."""

        def has_read() -> bool:
            try:
                return self.total("next_offset") >= records
            except psycopg.Error:  # away for now, or not migrated yet
                return False

        wait_until(has_read, what=f"{records} records are read", timeout=timeout)

    def check(self, feed: Feed) -> None:
        """Hold a stream to its promise, and its ledger to its equations."""
        stored = self.check_promise(sent=feed.sent, acknowledged=feed.acknowledged)
        unbalanced = [row for row in self.ledger() if not row.is_balanced]
        assert not unbalanced, f"the ledger does not balance: {unbalanced}"
        assert self.total("stored") == stored, "the ledger counts other readings than the table has"

    def check_promise(self, *, sent: AbstractSet[bytes], acknowledged: AbstractSet[bytes]) -> int:
        """Hold the platform to acknowledged ⊆ stored ⊆ sent, each identity once; return how many are stored."""
        stored = self.stored()
        assert max(Counter(stored).values(), default=1) == 1, "an identity is stored twice"
        lost = acknowledged - set(stored)
        assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged readings are not stored"
        assert set(stored) <= sent, "something is stored that nobody sent"
        counted = self.query("SELECT coalesce(sum(readings), 0)::bigint FROM device_counts")
        assert counted == [(len(stored),)], "the devices' counts are not those of the table"
        return len(stored)

    def digest(self) -> str:
        return digest_of(self.stored()).hex
