from concurrent.futures import ThreadPoolExecutor

import psycopg

from telemetry.core.postgres.schema import head_revision, is_current, migrate, schema_revision


def test_an_empty_database_has_no_revision(database_url: str) -> None:
    assert schema_revision(database_url) is None
    assert not is_current(None)


def test_programs_started_together_migrate_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, [database_url] * 4)) == {head_revision()}
    assert is_current(schema_revision(database_url))


def test_a_database_of_a_newer_release_is_left_alone(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    assert migrate(migrated_url) == "from-the-future"
    assert is_current(schema_revision(migrated_url))
