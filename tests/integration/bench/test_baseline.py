"""telemetryctl bench as a person meets it, against a real platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry_loadtest.results import Verdict, decode_result
from telemetry_operator.commands.bench import BenchExit
from tests.integration.local.conftest import Ctl

pytestmark = [pytest.mark.xdist_group("bench-baseline"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def ctl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ctl]:
    """A telemetryctl with a baseline platform that is up, and ended with the module."""
    directory = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_DATA_HOME", str(directory / "data"))
        ctl = Ctl(directory)
        ctl.up(ctl.manifest("benched", "baseline"))
        yield ctl
        ctl.run("down", "benched", "--delete-data")


def manifest(directory: Path, spec: str = "", platform: str = "benched") -> str:
    path = directory / "bench.yaml"
    path.write_text(
        "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryBenchmark\nmetadata: {name: short}\n"
        f"spec: {{platform: {platform}, profile: mixed, devices: 10, warmUp: 1s{spec}}}\n"
    )
    return str(path)


def test_a_run_passes_and_is_kept_and_the_next_one_is_refused_for_the_data_that_it_left(
    ctl: Ctl, tmp_path: Path
) -> None:
    file = manifest(tmp_path, ", stages: [{duration: 3s, rate: 30}], slo: {bounds: [{p95: 20s}]}")
    ran = ctl.run("bench", file, "--no-generator-ceiling", "--output", "json", code=BenchExit.PASSED)
    result = decode_result(ran.stdout.encode())
    assert result.verdict is Verdict.PASSED
    assert result.books is not None
    assert result.books.acknowledged_as.keys() == {"stored"}
    assert {"producer-1", "analytics-1", "postgres"} <= {one.source for one in result.system if one.points}
    assert [(one.measure, one.server is not None) for one in result.agreements] == [
        ("requests", True), ("under-way", True),
    ]  # fmt: skip
    kept = ctl.directory / "data" / "telemetry-platform" / "benchmarks" / f"{result.provenance.run}.json"
    assert decode_result(kept.read_bytes()) == result
    again = ctl.run("bench", file, code=BenchExit.USAGE)
    assert "readings already" in again.stderr


def test_a_platform_that_is_not_there_is_refused_before_any_load(ctl: Ctl, tmp_path: Path) -> None:
    file = manifest(tmp_path, ", suite: smoke", platform="nowhere")
    assert "no platform nowhere" in ctl.run("bench", file, code=BenchExit.USAGE).stderr
