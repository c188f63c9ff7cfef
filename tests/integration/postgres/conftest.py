"""A migrated database of the test's own, with partitions around `NOW`."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.partitions import maintain_partitions
from telemetry.core.postgres.schema import migrate
from tests.integration.postgres.building import NOW, RETENTION


@pytest.fixture
def migrated_url(database_url: str) -> str:
    migrate(database_url)
    return database_url


@pytest.fixture
def connection(migrated_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect(migrated_url, application="test", autocommit=True) as opened:
        maintain_partitions(opened, now=NOW, retention=RETENTION)
        yield opened
