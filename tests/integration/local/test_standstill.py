"""A platform whose processes are all ready, and through which no reading passes."""

import json

import psycopg

from tests.integration.local.conftest import Ctl


def test_a_store_that_takes_nothing_is_not_said_to_be_up(ctl: Ctl, database_url: str) -> None:
    ctl.up(ctl.manifest("stuck", "baseline"), "--postgres", database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("LOCK TABLE readings IN EXCLUSIVE MODE")  # as a full disk: reading goes on, writing does not
        stuck = json.loads(ctl.run("status", "stuck", "--output", "json", code=3).stdout)
        assert stuck["state"] == "degraded"
        assert all(process["ready"] for process in stuck["processes"])
        assert "a reading was not accepted: 503" in stuck["fault"]
    assert "stuck: up; a reading was written and read back" in ctl.run("status", "stuck", code=0).stdout
    ctl.run("down", "stuck", "--delete-data", code=0)
