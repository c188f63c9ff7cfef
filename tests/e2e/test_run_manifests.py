"""The API server judges benchmarks and comparisons as the models do, as meant the same, and fixes what has begun."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML
from tools.cluster.kubectl import Kubectl

from telemetry_operator.crds import benchmark, comparison, twins
from telemetry_operator.crds.benchmark_twins import FIXED_ONCE_STARTED
from telemetry_operator.crds.comparison_twins import FIXED_ONCE_BEGUN
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import parse_object_of
from tests.e2e.harness.dry_run import DryRun, dry_run
from tests.e2e.harness.namespaces import own_namespace
from tests.support.benchmarks import benchmark_faults, benchmark_manifest
from tests.support.comparisons import comparison_faults, comparison_manifest
from tests.support.manifests import EXAMPLES
from tests.support.rule_examples import Spec, read_examples

CRDS: Final = Path(__file__).parents[2] / "crds"

# What the definitions say must not change meanwhile.
pytestmark = pytest.mark.xdist_group("definitions")


@dataclass(frozen=True, slots=True)
class Kind:
    """What each kind has of its own."""

    definition: str
    plural: str
    model: type[TelemetryBenchmark | ArchitectureComparison]
    manifest: Callable[..., dict[str, Any]]
    faults: Callable[[dict[str, Any]], str]
    begun: Spec
    """A spec of which an operator that happens to run begins nothing."""
    changed: Spec
    fixed: str

    def spec_of(self, manifest: dict[str, Any]) -> object:
        return parse_object_of(self.model, manifest).spec


KINDS: Final = {
    "benchmark": Kind(
        benchmark.NAME, benchmark.PLURAL, TelemetryBenchmark, benchmark_manifest, benchmark_faults,
        begun={"suite": "smoke"},  # of a platform that does not exist
        changed={"suite": "smoke", "seed": 2}, fixed=FIXED_ONCE_STARTED.message,
    ),
    "comparison": Kind(
        comparison.NAME, comparison.PLURAL, ArchitectureComparison, comparison_manifest, comparison_faults,
        begun={"platform": {"paused": True}},  # which the operator refuses of a variant
        changed={"blocks": 7}, fixed=FIXED_ONCE_BEGUN.message,
    ),
}  # fmt: skip
RULES: Final = {(kind, name): specs for kind in KINDS for name, specs in read_examples(f"{kind}_rules").items()}
VALUES: Final = [(kind, spec) for kind in KINDS for specs in read_examples(f"{kind}_values").values() for spec in specs]


@pytest.fixture(scope="module")
def place(kubectl: Kubectl) -> Iterator[Kubectl]:
    """A namespace in which only the definitions are needed, no operator."""
    kubectl("apply", "--server-side", "--force-conflicts", "--filename", str(CRDS))
    for kind in KINDS.values():
        kubectl.wait(f"crd/{kind.definition}", "condition=Established")
    with own_namespace(kubectl) as own:
        yield own


@pytest.fixture(scope="module")
def servers(place: Kubectl) -> Iterator[dict[str, DryRun]]:
    """By the name of the kind that each is asked about."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(dry_run(place, kind.plural)) for name, kind in KINDS.items()}


@pytest.mark.parametrize("name", ["benchmark", "comparison", "comparison-rates", "comparison-short"])
def test_an_example_is_accepted_with_the_same_meaning(name: str, servers: dict[str, DryRun]) -> None:
    kind = name.partition("-")[0]
    manifest = YAML(typ="safe").load((EXAMPLES / f"{name}.yaml").read_text())
    answer = servers[kind].create(manifest)
    assert answer.refusal == ""
    assert answer.kept
    assert KINDS[kind].spec_of(answer.kept) == KINDS[kind].spec_of(manifest)


@pytest.mark.parametrize(("kind", "name"), RULES)
def test_a_rule_accepts_here_what_it_accepts_in_the_models(kind: str, name: str, servers: dict[str, DryRun]) -> None:
    assert servers[kind].create(KINDS[kind].manifest(**RULES[kind, name]["accepted"])).refusal == ""


@pytest.mark.parametrize(("kind", "name"), RULES)
def test_a_rule_refuses_here_what_it_refuses_in_the_models(kind: str, name: str, servers: dict[str, DryRun]) -> None:
    answer = servers[kind].create(KINDS[kind].manifest(**RULES[kind, name]["refused"]))
    assert [message for _, message in answer.causes] == [f"Invalid value: {twins.TWINS[name].message}"]


@pytest.mark.parametrize(("kind", "spec"), VALUES, ids=repr)
def test_a_value_is_judged_as_by_the_models(kind: str, spec: Spec, servers: dict[str, DryRun]) -> None:
    manifest = KINDS[kind].manifest(**spec)
    answer = servers[kind].create(manifest)
    assert bool(answer.refusal) == bool(KINDS[kind].faults(manifest)), answer.refusal or "kept"
    if answer.kept:
        assert KINDS[kind].spec_of(answer.kept) == KINDS[kind].spec_of(manifest)


@pytest.mark.parametrize(
    "part", [{"postgres": {"provider": "external"}}, {"paused": True}, {"retension": "7d"}], ids=repr
)
def test_what_only_the_operator_can_refuse_of_a_variant_is_accepted_here(
    part: Spec, servers: dict[str, DryRun]
) -> None:
    manifest = comparison_manifest(platform=part)
    assert (servers["comparison"].create(manifest).refusal, comparison_faults(manifest) != "") == ("", True)


@pytest.mark.parametrize("name", KINDS)
def test_the_spec_of_what_has_begun_is_fixed(name: str, place: Kubectl, servers: dict[str, DryRun]) -> None:
    kind, server = KINDS[name], servers[name]
    place.apply(kind.manifest("begun", **kind.begun))
    try:
        changed = kind.manifest("begun", **kind.changed)
        assert server.replace(changed).refusal == ""
        status = '--patch={"status":{"run":"begun-1"}}'
        place("patch", kind.definition, "begun", "--subresource=status", "--type=merge", status)
        assert kind.fixed in server.replace(changed).refusal
    finally:
        place.delete(kind.definition, "begun")


@pytest.mark.parametrize(
    "field",
    [
        "tb.spec.stages.ramp", "tb.spec.slo.bounds", "tb.status.bounds", "tb.status",
        "ac.spec.variants.architecture", "ac.spec.metric", "ac.status.cells", "ac.status",
    ],
)  # fmt: skip
def test_a_field_is_explained(field: str, place: Kubectl) -> None:
    told = place("explain", field)
    assert "<no description>" not in told
    assert "DESCRIPTION:\n    <empty>" not in told
