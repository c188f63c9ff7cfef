"""What a machine and a platform have no room for is refused before any load."""

import psutil
import pytest

from telemetry_operator.benchmarks.target import UnfitError, check_size
from tests.support.manifests import platform_of
from tests.unit.specs.test_benchmark import EVEN, parse


def test_more_workers_than_cores_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda: 2)
    check_size(parse(f"{EVEN}, workers: 2").spec, platform_of())
    with pytest.raises(UnfitError, match="3 workers were asked for, and this machine has 2 cores"):
        check_size(parse(f"{EVEN}, workers: 3").spec, platform_of())


def test_batches_larger_than_the_platform_takes_are_refused() -> None:
    small = platform_of(ingest={"maxBatchReadings": 50})
    check_size(parse(f"{EVEN}, profile: mixed").spec, small)
    with pytest.raises(UnfitError, match="batches of 100 were asked for, and demo takes 50 at most"):
        check_size(parse(f"{EVEN}, profile: batch-heavy").spec, small)
