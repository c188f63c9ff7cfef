"""The producer, consumer and analytics of a platform whose history is in memory, on the shared Kafka."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from telemetry_operator.environment import topic_prefix
from tests.support.feed import Feed
from tests.support.platform import RunningPlatform

Start = Callable[..., RunningPlatform]


@pytest.fixture
def start(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Start]:
    """Start a platform; keywords are of its spec."""
    started: list[RunningPlatform] = []

    def start_platform(**spec: Any) -> RunningPlatform:  # noqa: ANN401 - whatever a manifest may say
        topic = {"kafka": {"topic": {"partitions": 3}}}
        wanted = {"architecture": "stream-memory", "retention": "1d", **topic, **spec}
        platform = RunningPlatform(wanted, tmp_path / f"platform-{len(started)}", kafka_bootstrap=kafka_bootstrap)
        started.append(platform)
        return platform.start()

    yield start_platform
    for platform in started:
        platform.stop()


@pytest.fixture
def feed_of(kafka_bootstrap: str) -> Callable[[RunningPlatform], Feed]:
    return lambda running: Feed(kafka_bootstrap, topic_prefix(running.platform))
