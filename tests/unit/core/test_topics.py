import pytest

from telemetry.core.kafka.topics import heartbeats_config, platform_topics, readings_config

DAY = 86_400


def test_readings_are_kept_by_time_alone() -> None:
    config = readings_config(DAY)
    assert (config["cleanup.policy"], config["retention.ms"], config["retention.bytes"]) == ("delete", "86400000", "-1")


@pytest.mark.parametrize(("retention", "segment"), [(3600, 600), (DAY, DAY // 24), (90 * DAY, DAY)])
def test_segments_are_a_part_of_retention_within_bounds(retention: int, segment: int) -> None:
    assert readings_config(retention)["segment.ms"] == str(segment * 1000)


def test_heartbeats_are_compacted_and_stand_in_one_partition() -> None:
    readings, heartbeats = platform_topics("x", partitions=6, replication=3, min_insync=2, retention_seconds=DAY)
    assert (readings.name, readings.partitions, readings.replication) == ("x.readings", 6, 3)
    assert (heartbeats.name, heartbeats.partitions) == ("x.heartbeats", 1)
    assert heartbeats.config.items() >= heartbeats_config().items()


def test_no_topic_may_lose_what_it_acknowledged_to_an_unclean_leader() -> None:
    for topic in platform_topics("x", partitions=1, replication=3, min_insync=2, retention_seconds=DAY):
        assert (topic.config["min.insync.replicas"], topic.config["unclean.leader.election.enable"]) == ("2", "false")
