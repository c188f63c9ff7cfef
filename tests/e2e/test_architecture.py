"""The architecture changed in place, under a client that sends: nothing that was acknowledged is lost."""

from typing import Any

import pytest
from tools.cluster.kubectl import documents_of, until

from tests.e2e.conftest import Deploy
from tests.e2e.harness.load import load_on
from tests.e2e.harness.namespaces import CASES
from tests.e2e.harness.platforms import Platform

KAFKA = {"writes": "kafka"}
# A store in memory is refused beside a block that speaks of PostgreSQL.
POSTGRES = documents_of(CASES / "architecture")[0]["spec"]["postgres"]
CHANGES = [
    pytest.param({"writes": "direct"}, {"writes": "kafka"}, id="writes"),
    pytest.param({"reads": "direct"}, {"reads": "redis"}, id="reads"),
    pytest.param({"scaling": "fixed"}, {"scaling": "hpa"}, id="scaling"),
    pytest.param(
        {**KAFKA, "store": "postgres", "postgres": POSTGRES}, {"store": "memory", "postgres": None}, id="store"
    ),
]


def _changed(platform: Platform, **spec: Any) -> None:  # noqa: ANN401 - a part of a manifest
    platform.patch(**spec)
    platform.until("Ready")


@pytest.mark.parametrize(("one", "other"), CHANGES)
def test_each_choice_changes_both_ways_and_loses_nothing(
    deploy: Deploy, one: dict[str, Any], other: dict[str, Any]
) -> None:
    platform = deploy("architecture", **one)
    platform.until("Available")
    with load_on(platform):
        _changed(platform, **other)
        _changed(platform, **one)


def test_kafka_may_come_back_with_another_log(deploy: Deploy) -> None:
    platform = deploy("architecture", writes="kafka")
    platform.until("Available")
    for writes in ("direct", "kafka"):
        with load_on(platform):
            _changed(platform, writes=writes)
        gone = writes == "direct"
        until(lambda gone=gone: gone is not bool(platform.pods("kafka")), what=f"Kafka is as {writes} has it")  # type: ignore[misc]


def test_a_spec_edited_in_the_middle_of_a_change_converges(deploy: Deploy) -> None:
    platform = deploy("architecture", writes="kafka")
    platform.until("Available")
    with load_on(platform):
        platform.patch(writes="direct")
        platform.until("Progressing")
        _changed(platform, writes="kafka", reads="redis")
