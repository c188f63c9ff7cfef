"""What an ArchitectureComparison may say, and what is refused before any cell is run."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.specs.comparison import ArchitectureComparison, merged
from telemetry_operator.specs.manifest import ManifestError, parse_all

HEADER = "apiVersion: telemetry.dev/v1alpha1\nkind: ArchitectureComparison\nmetadata: {name: c}\n"
TWO = "variants: [{architecture: baseline}, {architecture: redis}]"
EVEN = "stages: [{duration: 10s, rate: 50}]"
P95 = f"metric: {{name: p95}}, {EVEN}"


def parse(spec: str) -> ArchitectureComparison:
    return parse_all(ArchitectureComparison, f"{HEADER}spec: {{{spec}}}\n", source="m")[0]


ACCEPTED = {
    "a ceiling by default": TWO,
    "a ceiling looked for in its own way": f"{TWO}, search: {{first: 50, step: 5s, precision: 0.2}}",
    "a latency of all": f"{TWO}, {P95}",
    "a latency of one": f"{TWO}, metric: {{name: p99, endpoint: latest}}, {EVEN}",
    "freshness": f"{TWO}, metric: {{name: freshness}}, {EVEN}",
    "a variant of four choices": "variants: [{architecture: baseline}, {name: mine, writes: kafka, reads: redis}]",
    "limits for each": f"{TWO}, limits: {{cpu: 550m, memory: 704Mi}}",
    "what all have and one has": (
        "platform: {retention: 7d}, variants: [{architecture: baseline}, "
        "{name: two, architecture: baseline, platform: {producer: {replicas: 2}}}]"
    ),
}

REFUSED = {
    "no variants": ("blocks: 6", "spec.variants: required, and missing"),
    "one variant": (
        "variants: [{architecture: baseline}]",
        "spec.variants: found a list; at least 2 entries are needed",
    ),
    "two of one name": (
        "variants: [{architecture: kafka}, {name: kafka, architecture: redis}]",
        "m:4: spec.variants: found kafka twice; tables go by the variants' names",
    ),
    "a name too long for a cell": (
        f"variants: [{{name: {'v' * 41}}}, {{architecture: redis}}]",
        "a name of at most 40 lower-case letters",
    ),
    "a profile twice": (f"{TWO}, profiles: [mixed, mixed]", "spec.profiles: found mixed twice; give each once"),
    "stages beside a ceiling": (f"{TWO}, {EVEN}", "spec.stages: found beside metric ceiling"),
    "a latency at no rate": (f"{TWO}, metric: {{name: p95}}", "spec.stages: required, and missing: metric p95"),
    "a search for a latency": (f"{TWO}, {P95}, search: {{first: 9}}", "spec.search: found beside metric p95"),
    "a ceiling of one endpoint": (f"{TWO}, metric: {{endpoint: latest}}", "ceiling is of all endpoints together"),
    "a latency of what is not called": (
        f"{TWO}, metric: {{name: p95, endpoint: history}}, {EVEN}",
        "spec.metric.endpoint: found history, which profile write-heavy does not call",
    ),
    "freshness without probes": (
        f"{TWO}, metric: {{name: freshness}}, {EVEN}, probesPerSecond: 0",
        "spec.probesPerSecond: found 0, and the metric freshness is measured by probes",
    ),
    "a bound on what no profile calls": (
        f"{TWO}, profiles: [write-heavy], slo: {{bounds: [{{endpoint: history, p95: 1s}}]}}",
        "spec.slo.bounds[0].endpoint: found history, which no profile calls",
    ),
    "a server of somebody else": (
        f"{TWO}, platform: {{postgres: {{provider: external, external: {{host: db, passwordSecretName: s}}}}}}",
        "spec.variants[0].platform.postgres.provider: found external; each run begins with fresh data",
    ),
    "a platform that never comes up": (f"{TWO}, platform: {{paused: true}}", "platform.paused: found true"),
    "a field of a platform misspelt": (
        f"{TWO}, platform: {{retension: 7d}}",
        "spec.variants[0].platform: retension: no such field; did you mean retention?",
    ),
    "choices that contradict each other": (
        "variants: [{architecture: baseline}, {name: bad, store: memory}]",
        "spec.variants[1].platform: store: writes: direct and store: memory contradict each other",
    ),
    "limits too small for the pods of one": (
        f"{TWO}, limits: {{cpu: 499m, memory: 6Gi}}",
        "spec.limits.cpu: found 499m for the 10 pods that redis may have; 50m for each are needed",
    ),
    "limits of one kind": (f"{TWO}, limits: {{cpu: 8}}", "spec.limits.memory: required, and missing"),
    "no block": (f"{TWO}, blocks: 0", "spec.blocks: found 0; at least 1 is needed"),
    "a metric that is none": (f"{TWO}, metric: {{name: p96}}", "allowed: ceiling, p50, p95, p99, freshness"),
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED)
def test_a_comparison_is_accepted(spec: str) -> None:
    assert parse(spec).spec.blocks == 6


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_words(name: str) -> None:
    spec, told = REFUSED[name]
    with pytest.raises(ManifestError) as refused:
        parse(spec)
    assert told in str(refused.value)


def test_a_variant_is_called_by_its_preset_where_it_has_no_name() -> None:
    assert [variant.title for variant in parse(TWO).spec.variants] == ["baseline", "redis"]


def test_what_a_variant_has_wins_over_what_all_have_and_its_choices_over_both() -> None:
    spec = parse(
        "platform: {retention: 7d, producer: {replicas: 2}, reads: direct}, variants: [{architecture: baseline}, "
        "{architecture: redis, reads: redis, platform: {retention: 1d, producer: {autoscaling: {minReplicas: 2}}}}]"
    ).spec
    assert spec.platform_of(spec.variants[1]) == {
        "retention": "1d",
        "producer": {"replicas": 2, "autoscaling": {"minReplicas": 2}},
        "architecture": "redis",
        "reads": "redis",
    }


BLOCKS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | st.integers(), max_size=3),
    max_leaves=8,
)


@given(BLOCKS)
def test_a_block_laid_over_nothing_or_itself_is_itself(block: dict[str, Any]) -> None:
    assert merged({}, block) == merged(block, {}) == merged(block, block) == block


@given(BLOCKS, BLOCKS, BLOCKS)
def test_what_is_laid_over_last_wins(first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]) -> None:
    assert (
        merged(merged(first, second), third).items()
        >= {name: value for name, value in third.items() if not isinstance(value, dict)}.items()
    )
