"""The API server refuses of a benchmark what the models refuse, accepts what they accept, and fixes what has begun."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML
from tools.cluster.kubectl import Kubectl

from telemetry_operator.crds import twins
from telemetry_operator.crds.benchmark import NAME, PLURAL
from telemetry_operator.crds.benchmark_twins import FIXED_ONCE_STARTED
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.manifest import parse_object_of
from tests.e2e.harness.dry_run import DryRun, dry_run
from tests.e2e.harness.namespaces import own_namespace
from tests.support.benchmarks import benchmark_faults, benchmark_manifest
from tests.support.manifests import EXAMPLES
from tests.support.rule_examples import Spec, read_examples

CRDS: Final = Path(__file__).parents[2] / "crds"
RULES: Final = read_examples("benchmark_rules")
VALUES: Final = read_examples("benchmark_values")

# What the definitions say must not change meanwhile.
pytestmark = pytest.mark.xdist_group("definitions")


@pytest.fixture(scope="module")
def place(kubectl: Kubectl) -> Iterator[Kubectl]:
    """A namespace in which only the definitions are needed, no operator."""
    kubectl("apply", "--server-side", "--force-conflicts", "--filename", str(CRDS))
    kubectl.wait(f"crd/{NAME}", "condition=Established")
    with own_namespace(kubectl) as own:
        yield own


@pytest.fixture(scope="module")
def server(place: Kubectl) -> Iterator[DryRun]:
    with dry_run(place, PLURAL) as server:
        yield server


def spec_of(manifest: dict[str, Any]) -> object:
    return parse_object_of(TelemetryBenchmark, manifest).spec


def test_the_example_is_accepted_with_the_same_meaning(server: DryRun) -> None:
    manifest = YAML(typ="safe").load((EXAMPLES / "benchmark.yaml").read_text())
    answer = server.create(manifest)
    assert answer.refusal == ""
    assert answer.kept
    assert spec_of(answer.kept) == spec_of(manifest)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_accepts_here_what_it_accepts_in_the_models(name: str, server: DryRun) -> None:
    assert server.create(benchmark_manifest(**RULES[name]["accepted"])).refusal == ""


@pytest.mark.parametrize("name", RULES)
def test_a_rule_refuses_here_what_it_refuses_in_the_models(name: str, server: DryRun) -> None:
    answer = server.create(benchmark_manifest(**RULES[name]["refused"]))
    assert [message for _, message in answer.causes] == [f"Invalid value: {twins.TWINS[name].message}"]


@pytest.mark.parametrize("spec", [*VALUES["accepted"], *VALUES["refused"]], ids=repr)
def test_a_value_is_judged_as_by_the_models(spec: Spec, server: DryRun) -> None:
    manifest = benchmark_manifest(**spec)
    answer = server.create(manifest)
    assert bool(answer.refusal) == bool(benchmark_faults(manifest)), answer.refusal or "kept"
    if answer.kept:
        assert spec_of(answer.kept) == spec_of(manifest)


def test_the_spec_of_a_run_that_has_begun_is_fixed(place: Kubectl, server: DryRun) -> None:
    # Of a platform that does not exist: an operator that happens to run starts nothing of it.
    place.apply(benchmark_manifest("begun", suite="smoke"))
    try:
        changed = benchmark_manifest("begun", suite="smoke", seed=2)
        assert server.replace(changed).refusal == ""
        place("patch", NAME, "begun", "--subresource=status", "--type=merge", '--patch={"status":{"run":"begun-1"}}')
        assert FIXED_ONCE_STARTED.message in server.replace(changed).refusal
    finally:
        place.delete(NAME, "begun")


@pytest.mark.parametrize("field", ["spec.stages.ramp", "spec.slo.bounds", "status.bounds", "status"])
def test_a_field_is_explained(field: str, place: Kubectl) -> None:
    told = place("explain", f"tb.{field}")
    assert "<no description>" not in told
    assert "DESCRIPTION:\n    <empty>" not in told
