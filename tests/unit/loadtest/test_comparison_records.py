import msgspec
import pytest

from telemetry_loadtest.comparison_plan import PlannedCell, Primary, PrimaryKind, cells_of
from telemetry_loadtest.comparison_records import cost_of, failed_record, record_of
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.results import Bound, CeilingFound, Result, Series, Stage, Verdict
from tests.support.made_comparisons import CEILING, Made, made_plan
from tests.support.made_results import Recipe, make_result

STAGES = (Stage("warm-up", 0, 5, 60, 60, warm_up=True), Stage("hold", 5, 25, 60, 60))
P95 = Primary(PrimaryKind.P95, "at 60 requests a second", "latest")


@pytest.fixture(scope="module")
def result() -> Result:
    return make_result(Recipe(stages=STAGES))


def recorded(result: Result, primary: Primary = P95) -> CellRecord:
    plan = made_plan(Made({"a": 1, "b": 1}, primary=primary, queued=("a", "b")))
    return record_of(result, cells_of(plan)[0], plan)


def changed(result: Result, **fields: object) -> Result:
    return msgspec.structs.replace(result, **fields)


def test_a_record_has_the_runs_own_numbers_behind_the_warm_up(result: Result) -> None:
    found = recorded(result)
    latest = next(one for one in result.summaries if (one.stage, one.endpoint) == ("hold", "latest")).latency
    assert latest is not None
    assert found.value == found.latencies["latest"].p95 == latest.p95
    assert found.good == pytest.approx(sum(one.good for one in result.seconds[5:]) / 20)
    assert (found.run, found.acknowledged_as, found.verdict) == (result.provenance.run, "queued", Verdict.PASSED)
    assert found.freshness_p99 == 918.7
    assert found.drain_seconds == 1.3


def test_all_endpoints_together_have_their_percentiles_too(result: Result) -> None:
    found = recorded(result, Primary(PrimaryKind.P99, ""))
    assert found.value == found.latencies["all"].p99
    assert found.latencies["latest"].p50 < found.latencies["all"].p50 < found.latencies["aggregate"].p50  # type: ignore[operator]


@pytest.mark.parametrize("verdict", [Verdict.INVALID, Verdict.ABORTED, Verdict.ERROR])
def test_a_run_that_says_nothing_of_the_platform_has_no_number(result: Result, verdict: Verdict) -> None:
    found = recorded(changed(result, verdict=verdict, reason="because"))
    assert (found.value, found.reason) == (None, f"{verdict}: because")


def test_a_run_that_lost_data_has_neither_number_nor_throughput(result: Result) -> None:
    assert result.books is not None
    books = msgspec.structs.replace(result.books, closed=False)
    found = recorded(changed(result, books=books, verdict=Verdict.FAILED, reason="the books do not close"))
    assert (found.value, found.good) == (None, None)
    assert found.reason == "Failed: the books do not close"


def test_a_latency_at_a_rate_that_was_not_carried_is_no_number(result: Result) -> None:
    broken = Bound("ingest", "errors", 0.01, 0.2, 400, held=False)
    found = recorded(changed(result, bounds=[broken], verdict=Verdict.FAILED))
    assert (found.value, found.reason) == (None, "Failed: its load was not carried: ingest errors")


def test_a_run_that_a_breach_ended_has_no_number(result: Result) -> None:
    found = recorded(changed(result, seconds=result.seconds[:15], verdict=Verdict.FAILED))
    assert (found.value, found.reason) == (None, "Failed: ended at 15 s of 25")


def test_a_run_that_broke_a_bound_of_latency_counts_with_the_latency_that_it_had(result: Result) -> None:
    broken = Bound("latest", "p95", 1.0, 3.0, 400, held=False)
    assert recorded(changed(result, bounds=[broken], verdict=Verdict.FAILED)).value is not None


def test_a_ceiling_counts_with_the_rate_that_held(result: Result) -> None:
    found = recorded(changed(result, ceiling=CeilingFound(400.0, 415.0, [])), CEILING)
    assert (found.value, found.ceiling_low, found.ceiling_high) == (400.0, 400.0, 415.0)


def test_where_no_rate_held_there_is_no_ceiling(result: Result) -> None:
    found = recorded(changed(result, ceiling=CeilingFound(None, 100.0, []), verdict=Verdict.FAILED), CEILING)
    assert (found.value, found.reason) == (None, "no rate held its SLO")


def test_freshness_that_was_not_probed_is_no_number(result: Result) -> None:
    found = recorded(changed(result, freshness=None), Primary(PrimaryKind.FRESHNESS, ""))
    assert (found.value, found.reason) == (None, "freshness was not measured")


def steady(source: str, measure: str, value: float, begin: int = 0) -> Series:
    return Series(source, measure, "", [(float(at), value) for at in range(begin, 25)])


def test_the_cost_is_that_of_all_parts_behind_the_warm_up(result: Result) -> None:
    system = [steady("producer", "cpu", 0.5), steady("postgres", "cpu", 0.25)]
    system += [steady("producer", "memory", 2.0**20), steady("postgres", "memory", 3 * 2.0**20)]
    found, good = cost_of(changed(result, system=system)), sum(one.good for one in result.seconds[5:])
    assert found is not None
    assert found.cpu_seconds == pytest.approx(15)
    assert (found.memory_bytes, found.instances) == (4 * 2**20, 2)
    assert found.cpu_per_thousand == pytest.approx(15 / good * 1000)
    assert found.memory_per_thousand == pytest.approx(4 * 20 / good * 1000)
    assert found.instances_per_thousand == pytest.approx(2 * 20 / good * 1000)


def test_a_process_that_came_halfway_counts_for_half(result: Result) -> None:
    system = [steady("a", "memory", 100.0), steady("b", "memory", 100.0, begin=15)]
    found = cost_of(changed(result, system=system))
    assert found is not None
    assert found.instances == pytest.approx(1.5)
    assert found.memory_bytes == pytest.approx(150)


def looked(source: str, begin: int = 0) -> Series:
    """A pod, seen every three seconds."""
    return Series(source, "restarts", "restarts", [(float(at), 0.0) for at in range(begin, 28, 3)])


def told(source: str, measure: str, value: float, *at: float) -> Series:
    return Series(source, measure, "", [(moment, value) for moment in at])


def test_a_pod_counts_for_as_long_as_it_was_seen_however_seldom_its_use_is_told(result: Result) -> None:
    system = [looked("a", 1), told("a", "cpu", 0.5, 8.0, 23.0), told("a", "memory", 100.0, 8.0, 23.0)]
    system += [looked("b", 16), told("b", "cpu", 1.0, 20.0), told("b", "memory", 100.0, 20.0)]
    found = cost_of(changed(result, system=system))
    assert found is not None
    assert found.cpu_seconds == pytest.approx(0.5 * 20 + 1.0 * 9)
    assert found.instances == pytest.approx(1 + 9 / 20)
    assert found.unavailable is None


def test_a_pod_that_was_there_and_whose_use_was_not_told_makes_the_sum_unknown(result: Result) -> None:
    system = [looked("a"), told("a", "cpu", 0.5, 10.0), told("a", "memory", 1.0, 10.0)]
    system += [looked("b"), told("b", "cpu", 1.0, 3.0, 27.0), told("b", "memory", 1.0, 3.0, 27.0)]
    found = cost_of(changed(result, system=system))
    assert found is not None
    assert (found.cpu_seconds, found.memory_bytes) == (None, None)
    assert found.instances == pytest.approx(2)
    assert found.unavailable == "cpu of b: no figure fell into the time that counts"


def test_a_part_that_hides_its_processor_time_makes_the_sum_unknown(result: Result) -> None:
    hidden = Series("kafka", "cpu", "cores", [], "no rights to ask it")
    found = cost_of(changed(result, system=[steady("producer", "cpu", 0.5), hidden]))
    assert found is not None
    assert found.cpu_seconds is None
    assert found.cpu_per_thousand is None
    assert found.unavailable == "cpu of kafka: no rights to ask it"


def test_a_cell_that_never_came_to_a_run_is_recorded_with_the_reason() -> None:
    plan = made_plan(Made({"a": 1, "b": 1}, queued=("b",)))
    found = failed_record(PlannedCell("b", "mixed", 2, 4, 1), plan, "the platform was not ready in 120 s")
    assert (found.verdict, found.value, found.acknowledged_as) == (Verdict.ERROR, None, "queued")
    assert found.name == "b02-mixed-b"


def test_the_rates_of_a_run_that_was_ended_are_those_of_the_time_it_was_offered(result: Result) -> None:
    seconds = [one for one in result.seconds if one.at < 8]
    ended = changed(result, seconds=seconds, until=7.5, verdict=Verdict.ABORTED)
    offered = sum(one.offered for one in seconds if one.at >= 5)
    assert recorded(ended).offered == pytest.approx(offered / 2.5)
