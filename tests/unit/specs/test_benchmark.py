"""What a TelemetryBenchmark may say, and what is refused before any load starts."""

import pytest

from telemetry_loadtest.profiles import Endpoint
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.manifest import ManifestError, parse_all
from tests.support.manifests import EXAMPLES

HEADER = "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryBenchmark\nmetadata: {name: b}\n"
EVEN = "stages: [{duration: 10s, rate: 50}]"


def parse(spec: str) -> TelemetryBenchmark:
    return parse_all(TelemetryBenchmark, f"{HEADER}spec: {{platform: p, {spec}}}\n", source="m")[0]


REFUSED = {
    "no load": ("profile: mixed", "m:4: spec: found neither suite nor stages; one of them is needed"),
    "two loads": (f"suite: smoke, {EVEN}", "m:4: spec: found suite and stages; one of them is needed"),
    "a rate below zero": (
        "stages: [{duration: 10s, rate: -5}]",
        "spec.stages[0].rate: found -5; at least 0 is needed",
    ),
    "a rate of nothing": ("stages: [{duration: 10s, rate: 0}]", "a rate of 0 from beginning to end"),
    "a ramp below zero": ("stages: [{duration: 10s, ramp: {from: -1, to: 5}}]", "found -1; at least 0 is needed"),
    "two forms": (
        "stages: [{duration: 10s, rate: 5, ramp: {to: 9}}]",
        "spec.stages[0]: found rate and ramp; one of rate, ramp, steps, spike, trace is needed",
    ),
    "no form": ("stages: [{duration: 10s}]", "found none; one of rate, ramp, steps, spike, trace is needed"),
    "no duration": ("stages: [{rate: 5}]", "spec.stages[0].duration: required, and missing"),
    "a trace with a duration": ("stages: [{duration: 1s, trace: {arrivals: [5]}}]", "a trace is as long as it is"),
    "a spike as long as its stage": (
        "stages: [{duration: 5s, spike: {base: 1, peak: 9, lasting: 5s}}]",
        "found 5s; it must be shorter than the stage (5s)",
    ),
    "a bound on what is not called": (
        f"{EVEN}, profile: write-heavy, slo: {{bounds: [{{endpoint: history, p95: 1s}}]}}",
        "spec.slo.bounds[0].endpoint: found history, which is not called; called are: ingest, latest",
    ),
    "a profile and weights": (f"{EVEN}, profile: mixed, weights: {{ingest: 1}}", "found beside profile mixed"),
    "a weight of nothing": (f"{EVEN}, weights: {{ingest: 0}}", "more than 0 is needed"),
    "two stages of one name": (
        "stages: [{name: a, duration: 1s, rate: 1}, {name: a, duration: 1s, rate: 1}]",
        "found the name a twice",
    ),
    "more than a day": ("stages: [{duration: 2d, rate: 1}]", "at most 86400 s are allowed"),
    "a search for a smoke": ("suite: smoke, search: {first: 9}", "spec.search: found beside another load"),
    "a longer smoke": ("suite: smoke, duration: 1m", "only the suite soak may be made longer or shorter"),
    "a suite that is none": ("suite: smok", "did you mean smoke?"),
    "a bound without a unit": (f"{EVEN}, slo: {{bounds: [{{p95: 300}}]}}", "found 300; a duration like 30d, 1h30m"),
    "an error rate beyond all": (f"{EVEN}, slo: {{bounds: [{{errorRate: 1.5}}]}}", "at most 1 is allowed"),
    "freshness without probes": (
        f"{EVEN}, probesPerSecond: 0, slo: {{freshness: 1s}}",
        "spec.slo.freshness: found 1s and no probes to measure it by",
    ),
    "a field that is none": (f"{EVEN}, worker: 2", "did you mean workers?"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_words(name: str) -> None:
    spec, told = REFUSED[name]
    with pytest.raises(ManifestError) as refused:
        parse(spec)
    assert told in str(refused.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ManifestError) as refused:
        parse("stages: [{duration: 10s, rate: -5}], workers: 0")
    assert len(str(refused.value).splitlines()) == 2


def test_a_platforms_manifest_is_no_benchmark() -> None:
    with pytest.raises(ManifestError, match="found 'TelemetryPlatform'; allowed: TelemetryBenchmark"):
        parse_all(TelemetryBenchmark, (EXAMPLES / "baseline.yaml").read_text())


FORMS = {
    "rate: 50": [(10, 50, 50)],
    "ramp: {to: 80}": [(10, 0, 80)],
    "steps: {from: 10, to: 30, count: 3}": [(10 / 3, 10, 10), (10 / 3, 20, 20), (10 / 3, 30, 30)],
    "spike: {base: 5, peak: 90, lasting: 2s}": [(4, 5, 5), (2, 90, 90), (4, 5, 5)],
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_straight_pieces(form: str) -> None:
    assert parse(f"stages: [{{duration: 10s, {form}}}]").spec.stages[0].pieces == FORMS[form]


def test_a_trace_has_a_piece_for_each_interval() -> None:
    pieces = parse("stages: [{trace: {interval: 2s, arrivals: [10, 0, 4]}}]").spec.stages[0].pieces
    assert pieces == [(2, 5, 5), (2, 0, 0), (2, 2, 2)]


def test_without_a_profile_the_load_is_mixed_and_weights_take_its_place() -> None:
    assert parse(EVEN).spec.called[Endpoint.INGEST] == 50
    assert parse(f"{EVEN}, weights: {{latest: 3}}").spec.called == {Endpoint.LATEST: 3}
