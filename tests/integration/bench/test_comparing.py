"""telemetryctl compare as a person meets it, going on with a comparison of which one cell is left."""

from pathlib import Path

import pytest

from telemetry_loadtest.comparison_plan import cells_of
from telemetry_loadtest.comparison_results import decode_comparison
from telemetry_loadtest.results import Verdict, decode_result
from telemetry_operator.benchmarks.comparing.kept import begin
from telemetry_operator.benchmarks.comparing.resuming import Wanted
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import read_only, read_text
from tests.integration.local.conftest import Ctl
from tests.unit.benchmarks.comparing.made import record_of

pytestmark = [pytest.mark.xdist_group("bench-comparing"), pytest.mark.timeout(300)]

# Nothing here depends on how fast the machine is, nor on how busy.
MANIFEST = """\
apiVersion: telemetry.dev/v1alpha1
kind: ArchitectureComparison
metadata: { name: short }
spec:
  variants:
    - { architecture: baseline }
    - { name: week, architecture: baseline, platform: { retention: 7d } }
  profiles: [mixed]
  blocks: 1
  metric: { name: p95 }
  devices: 5
  warmUp: 1s
  stages: [{ duration: 2s, rate: 20 }]
  slo: { bounds: [{ p95: 20s }] }
  health: { cpu: 1, loopLag: 1h, slip: 1h, share: 1 }
"""


def test_the_cell_that_is_left_is_run_on_a_platform_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file = tmp_path / "short.yaml"
    file.write_text(MANIFEST)
    kept = begin(Wanted.of(read_only(ArchitectureComparison, file), read_text(file)).begun())
    first, second = cells_of(kept.begun.plan)
    kept.keep(record_of(first))
    ctl = Ctl(tmp_path / "state")
    ran = ctl.run("compare", str(file), "--output", "json", code=0)
    records = decode_comparison(ran.stdout.encode()).records
    assert [(one.name, one.verdict) for one in records] == [(one.name, Verdict.PASSED) for one in (first, second)]
    assert records[1].value is not None
    run = decode_result((kept.root / "runs" / f"{second.name}.json").read_bytes())
    assert run.provenance.seed == second.seed
    assert "1 of 2 cells are done" in ran.stderr
    assert [path.name for path in (tmp_path / "state" / "telemetry-platform").iterdir()] == [".compare.run.lock"]
