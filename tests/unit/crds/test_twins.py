"""Each rule of the models has its twin in CEL, and examples that prove the two alike."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from tools.reference.manifest import blocks

from telemetry_operator.crds import transitions, twins
from telemetry_operator.crds.comparison_twins import OPEN_BLOCKS
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.comparison import ArchitectureComparison, ComparisonSpec
from telemetry_operator.specs.findings import Rule, RulesBrokenError
from telemetry_operator.specs.load import Stage
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.pods import PodTemplate
from telemetry_operator.specs.spec import PlatformSpec
from telemetry_operator.specs.transitions import TRANSITIONS, refused_changes
from tests.support.api_server import ROOT
from tests.support.benchmarks import benchmark_faults, benchmark_manifest
from tests.support.comparisons import comparison_faults, comparison_manifest
from tests.support.manifests import faults_of, manifest_of, platform_of
from tests.support.rule_examples import Change, Spec, changes, read_examples, values

EXAMPLES = read_examples("rules")
BENCHMARK_EXAMPLES = read_examples("benchmark_rules")
BENCHMARK_VALUES = read_examples("benchmark_values")
COMPARISON_EXAMPLES = read_examples("comparison_rules")
COMPARISON_VALUES = read_examples("comparison_values")


def rules_of(kind: type[BaseModel]) -> list[Rule]:
    return list({rule.name: rule for model in blocks(kind) for rule in getattr(model, "rules", ())}.values())


RULES = rules_of(TelemetryPlatform)
BENCHMARK_RULES = rules_of(TelemetryBenchmark)
COMPARISON_RULES = rules_of(ComparisonSpec)


def broken(spec: Spec) -> set[str]:
    """Names of the rules that a spec breaks."""
    return broken_by(lambda: platform_of(**spec))


def broken_by(parse: Callable[[], object]) -> set[str]:
    try:
        parse()
    except ValidationError as error:
        causes: list[Any] = [detail.get("ctx", {}).get("error") for detail in error.errors()]
        return {rule.name for cause in causes if isinstance(cause, RulesBrokenError) for rule, _ in cause.findings}
    return set()


def names_of_changes(old: PlatformSpec, new: PlatformSpec) -> list[str]:
    return [compare.__name__ for compare in TRANSITIONS if list(compare(old, new))]


def test_each_rule_has_a_twin_and_each_twin_a_rule() -> None:
    names = {rule.name for rule in (*RULES, *BENCHMARK_RULES, *COMPARISON_RULES)}
    assert names == twins.TWINS.keys() | twins.IN_THE_SCHEMA.keys() | OPEN_BLOCKS.keys()


def test_each_comparison_has_a_twin() -> None:
    assert {compare.__name__ for compare in TRANSITIONS} == transitions.TWINS.keys()


def test_no_two_rules_share_a_name() -> None:
    models = (*blocks(), *blocks(TelemetryBenchmark), *blocks(ComparisonSpec))
    checks = {rule.check for model in models for rule in getattr(model, "rules", ())}
    assert max(Counter(check.__name__ for check in checks).values()) == 1


def test_a_rule_between_blocks_stands_at_the_spec() -> None:
    messages = [it["message"] for it in ROOT["properties"]["spec"]["x-kubernetes-validations"]]
    expected = [twins.TWINS[rule.name].message for rule in TelemetryPlatform.rules]
    assert messages[: len(expected)] == expected


def test_the_schema_says_what_two_rules_say() -> None:
    env = PodTemplate.model_json_schema()["properties"]["env"]
    brokers = ROOT["properties"]["spec"]["properties"]["kafka"]["properties"]["builtin"]["properties"]["brokers"]
    assert (env["x-kubernetes-list-map-keys"], brokers["enum"]) == (["name"], [1, 3])


def test_each_rule_has_examples() -> None:
    assert {rule.name for rule in RULES} == EXAMPLES.keys()
    assert {rule.name for rule in BENCHMARK_RULES} == BENCHMARK_EXAMPLES.keys()
    of_stages = {rule.name for rule in Stage.rules}
    assert {rule.name for rule in COMPARISON_RULES} - of_stages == COMPARISON_EXAMPLES.keys() | OPEN_BLOCKS.keys()
    assert {compare.__name__ for compare in TRANSITIONS} == {change.name for change in changes()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_model_accepts_one_example_and_refuses_the_other_by_the_rule(name: str) -> None:
    assert (broken(EXAMPLES[name]["accepted"]), broken(EXAMPLES[name]["refused"])) == (set(), {name})


@pytest.mark.parametrize("name", BENCHMARK_EXAMPLES)
def test_a_benchmark_is_accepted_or_refused_by_the_rule(name: str) -> None:
    accepted, refused = (benchmark_manifest(**BENCHMARK_EXAMPLES[name][which]) for which in ("accepted", "refused"))
    assert benchmark_faults(accepted) == ""
    assert broken_by(lambda: TelemetryBenchmark.model_validate(refused)) == {name}


@pytest.mark.parametrize("spec", BENCHMARK_VALUES["accepted"], ids=repr)
def test_a_benchmarks_value_is_accepted(spec: Spec) -> None:
    assert not benchmark_faults(benchmark_manifest(**spec))


@pytest.mark.parametrize("spec", BENCHMARK_VALUES["refused"], ids=repr)
def test_a_benchmarks_value_is_refused(spec: Spec) -> None:
    assert benchmark_faults(benchmark_manifest(**spec))


@pytest.mark.parametrize("name", COMPARISON_EXAMPLES)
def test_a_comparison_is_accepted_or_refused_by_the_rule(name: str) -> None:
    accepted, refused = (comparison_manifest(**COMPARISON_EXAMPLES[name][which]) for which in ("accepted", "refused"))
    assert comparison_faults(accepted) == ""
    assert broken_by(lambda: ArchitectureComparison.model_validate(refused)) == {name}


@pytest.mark.parametrize("spec", COMPARISON_VALUES["accepted"], ids=repr)
def test_a_comparisons_value_is_accepted(spec: Spec) -> None:
    assert not comparison_faults(comparison_manifest(**spec))


@pytest.mark.parametrize("spec", COMPARISON_VALUES["refused"], ids=repr)
def test_a_comparisons_value_is_refused(spec: Spec) -> None:
    assert comparison_faults(comparison_manifest(**spec))


@pytest.mark.parametrize("change", changes(), ids=lambda change: change.name)
def test_a_change_is_accepted_or_refused(change: Change) -> None:
    before, accepted, refused = (platform_of(**spec).spec for spec in change[1:])
    assert (refused_changes(before, accepted), names_of_changes(before, refused)) == ((), [change.name])


@pytest.mark.parametrize(("name", "spec"), values(accepted=True))
def test_a_value_is_accepted(name: str, spec: Spec) -> None:
    assert not faults_of(manifest_of(**spec))


@pytest.mark.parametrize(("name", "spec"), values(accepted=False))
def test_a_value_is_refused(name: str, spec: Spec) -> None:
    assert faults_of(manifest_of(**spec))
