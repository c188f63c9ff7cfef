import pytest

from telemetry_operator.local.applied import Applied
from telemetry_operator.local.changes import LossRefusedError, refuse_loss
from telemetry_operator.local.options import Options
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.local.platforms import external, platform


def applied(of: TelemetryPlatform, options: Options | None = None) -> Applied:
    manifest = of.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Applied(manifest, options or Options(), (), {})


def refusal(before: Applied, after: TelemetryPlatform, options: Options | None = None) -> str:
    with pytest.raises(LossRefusedError) as caught:
        refuse_loss(before, after, options or Options())
    return str(caught.value)


def test_a_first_manifest_is_never_refused() -> None:
    refuse_loss(None, platform("stream-memory"), Options())


@pytest.mark.parametrize(
    "after",
    [
        platform("kafka"),
        platform("kafka", producer={"replicas": 3}, retention="7d", scaling="fixed"),
        platform("stream-postgres"),
    ],
)
def test_what_leaves_no_data_behind_may_change(after: TelemetryPlatform) -> None:
    refuse_loss(applied(platform("kafka")), after, Options())


def test_another_store_is_refused_and_says_what_changes() -> None:
    said = refusal(applied(platform("stream-postgres")), platform("stream-memory"))
    assert "spec.store was postgres and would be memory" in said


def test_readings_that_wait_in_kafka_are_not_left_there() -> None:
    assert "spec.writes was kafka and would be direct" in refusal(applied(platform("kafka")), platform("redis"))


def test_another_database_is_refused_and_its_password_not_shown() -> None:
    options = Options(postgres="postgresql://u:hunter2@db/telemetry")
    said = refusal(applied(platform()), platform(), options)
    assert "postgres was embedded and would be db/telemetry" in said
    assert "hunter2" not in said


def test_another_kafka_is_refused() -> None:
    said = refusal(applied(platform(kafka=external("a:9092"))), platform(kafka=external("b:9092")))
    assert "kafka was a:9092 and would be b:9092" in said


def test_another_cache_is_nothing_to_lose() -> None:
    refuse_loss(applied(platform()), platform(redis=external("cache:6379")), Options())


def test_who_says_that_it_is_meant_may_leave_data_behind() -> None:
    refuse_loss(applied(platform("stream-postgres")), platform("stream-memory"), Options(replace=True))


def test_partitions_are_fixed_even_for_who_means_it() -> None:
    after = platform(kafka={"topic": {"partitions": 3}})
    assert "spec.kafka.topic.partitions: found 3, was 12; fixed at creation" in refusal(
        applied(platform()), after, Options(replace=True)
    )
