"""A manifest's defaults, spelt out for the engine."""

import pytest

from telemetry_loadtest.plan import Plan, PlannedSearch, TargetOfLoad, decode_plan, encode_plan
from telemetry_loadtest.suites import SUITES
from telemetry_operator.benchmarks.planning import plan_of
from tests.unit.specs.test_benchmark import EVEN, parse

TARGET = TargetOfLoad("http://p", "http://a", "keys.json")


def plan(spec: str) -> Plan:
    return plan_of(parse(spec).spec, "r", TARGET)


def bounds(spec: str) -> dict[tuple[str, str], float]:
    return {(one.endpoint, one.measure): one.limit for one in plan(spec).slo.bounds}


def test_without_bounds_few_errors_and_no_drops_are_allowed() -> None:
    assert bounds(f"{EVEN}, profile: write-heavy") == {
        ("ingest", "errors"): 0.01, ("ingest", "drops"): 0.0, ("latest", "errors"): 0.01, ("latest", "drops"): 0.0,
    }  # fmt: skip


def test_a_bound_without_an_endpoint_is_each_ones_and_one_with_an_endpoint_outweighs_it() -> None:
    found = bounds(f"{EVEN}, profile: write-heavy, slo: {{bounds: [{{endpoint: latest, p95: 9ms}}, {{p95: 300ms}}]}}")
    assert (found["ingest", "p95"], found["latest", "p95"]) == (300, 9)


def test_a_bound_outweighs_its_suites() -> None:
    assert bounds("suite: ramp-1000, slo: {bounds: [{p95: 20ms, p999: 1s}]}")["ingest", "p95"] == 20
    assert bounds("suite: ramp-1000")["ingest", "p95"] == 300


def test_freshness_is_the_probes() -> None:
    assert bounds(f"{EVEN}, slo: {{freshness: 2s}}")["probe", "freshness"] == 2000


@pytest.mark.parametrize(("spec", "stop"), [("suite: ramp-1000", True), ("suite: smoke", False)])
def test_a_suite_says_whether_a_breach_ends_it_and_the_manifest_may_say_otherwise(spec: str, stop: bool) -> None:
    assert plan(spec).slo.stop is stop
    assert plan(f"{spec}, slo: {{stopOnBreach: {str(not stop).lower()}}}").slo.stop is not stop


@pytest.mark.parametrize(
    ("form", "rate"),
    [("rate: 50", 50), ("ramp: {to: 80}", 8), ("ramp: {from: 5, to: 8}", 5)],
)
def test_the_warm_up_has_the_rate_with_which_the_load_begins(form: str, rate: float) -> None:
    first = plan(f"stages: [{{duration: 9s, {form}}}], warmUp: 3s").stages[0]
    assert (first.warm_up, first.seconds, first.pieces[0].rate_begin, first.pieces[0].rate_end) == (True, 3, rate, rate)


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_is_a_plan_that_the_engine_can_read(suite: str) -> None:
    made = plan(f"suite: {suite}")
    assert decode_plan(encode_plan(made)) == made
    assert made.curve.area > 0


def test_a_ceiling_is_a_search_that_begins_with_its_first_rate() -> None:
    made = plan("suite: ceiling, search: {first: 40, step: 5s, precision: 0.2}, warmUp: 3s")
    assert made.search == PlannedSearch(40, 0.2)
    assert [(one.seconds, one.pieces[0].rate_begin, one.warm_up) for one in made.stages] == [
        (3, 40, True),
        (5, 40, False),
    ]
    assert decode_plan(encode_plan(made)) == made


def test_a_ceiling_is_found_at_a_p95_and_a_breach_ends_a_trial_whatever_is_asked() -> None:
    made = plan("suite: ceiling, slo: {stopOnBreach: false}")
    assert made.slo.stop
    assert bounds("suite: ceiling")["ingest", "p95"] == 300
    assert bounds("suite: ceiling, slo: {bounds: [{p95: 20ms}]}")["ingest", "p95"] == 20


def test_a_soak_lasts_as_long_as_it_is_asked_to() -> None:
    assert plan("suite: soak, duration: 2h").curve.seconds == 7200 + 5
