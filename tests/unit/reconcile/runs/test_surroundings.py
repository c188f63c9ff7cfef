"""What the system did during a run, from what was collected."""

import msgspec

from telemetry_loadtest.assembling import Surroundings
from telemetry_loadtest.collector.lines import Happened, Line, Missed, Readied, Sampled, Scaled, Value
from telemetry_loadtest.measured import Measured
from telemetry_loadtest.results import Arrived, Event
from telemetry_loadtest.verdict import Cause
from telemetry_loadtest.windows import Accounts
from telemetry_operator.reconcile.runs.collector import Collected
from telemetry_operator.reconcile.runs.surroundings import SILENT, surroundings_of
from telemetry_operator.resources.observer import EXTERNAL, NO_ROLES
from tests.support.made_results import Recipe, make_result, short
from tests.support.manifests import platform_of

BEGIN = 1000.0
MADE = make_result(short(Recipe(stall=False), 30))
MEASURED = Measured(
    cause=Cause.FINISHED, detail="", begin=BEGIN, duration=30.0, stages=MADE.stages, seconds=MADE.seconds,
    summaries=MADE.summaries, histograms=MADE.histograms, generator=MADE.generator, bounds=MADE.bounds,
    accounts=Accounts(), freshness=None,
)  # fmt: skip
SHARE = "cpu-of-target"


def around(*lines: Line, missing: str = "", architecture: str = "redis", measured: Measured = MEASURED) -> Surroundings:
    return surroundings_of(
        platform_of("demo", "home", architecture=architecture), measured, Collected(lines, missing), []
    )


def test_lines_stand_on_the_clock_of_the_run() -> None:
    found = around(Sampled("redis", 1002.0, [Value("commands", "1/s", 7.0)]), Happened(1003.0, "it rained"))
    assert [(one.source, one.points) for one in found.system if one.points] == [("redis", [(2.0, 7.0)])]
    assert found.events == [Event(3.0, "it rained")]


def test_a_collector_that_does_not_answer_is_the_reason_for_all_that_is_missing() -> None:
    system = around(missing="the collector had no pod").system
    assert [(one.source, one.unavailable) for one in system] == [
        ("servers", "the collector had no pod"), ("pods", "the collector had no pod"),
    ]  # fmt: skip


def test_a_server_of_which_nothing_was_told_is_not_passed_over() -> None:
    found = around(Missed("redis", "commands", "1/s", "no answer")).system
    assert {one.source: one.unavailable for one in found} == {"redis": "no answer", "postgres": SILENT}


def test_a_server_that_nobody_may_ask_says_why() -> None:
    assert ("kafka", NO_ROLES) in {(one.source, one.unavailable) for one in around(architecture="kafka").system}
    external = platform_of("demo", "home", postgres={"provider": "external", "external": {"address": "db:5432"}})
    found = surroundings_of(external, MEASURED, Collected([Missed("redis", "a", "b", "c")]), []).system
    assert ("postgres", EXTERNAL) in {(one.source, one.unavailable) for one in found}


def test_a_pod_that_came_is_told_with_the_breach_and_the_crossing_before_it() -> None:
    broken = [msgspec.structs.replace(MADE.bounds[0], held=False, breached_at=at) for at in (8.0, 5.0, None)]
    lines: list[Line] = [
        Readied("producer", "new", BEGIN + 10, BEGIN + 16), Readied("producer", "old", BEGIN - 60, BEGIN - 50),
        Readied("producer", "late", BEGIN + 28, BEGIN + 40), Readied("producer", "new", BEGIN + 10, BEGIN + 16),
        *(Sampled("producer autoscaler", BEGIN + at, [Value(SHARE, "share", of)]) for at, of in
          ((-3, 2.0), (1, 0.5), (4, 1.2), (7, 3.0))),
    ]  # fmt: skip
    found = around(*lines, measured=msgspec.structs.replace(MEASURED, bounds=broken))
    assert found.arrived == [Arrived("producer", "new", 10.0, 16.0, 5.0, 4.0)]


def test_an_autoscaler_that_acted_before_it_was_seen_above_its_target_had_crossed_it_then() -> None:
    lines: list[Line] = [
        Readied("producer", "new", BEGIN + 10, BEGIN + 16),
        Sampled("producer autoscaler", BEGIN - 2, [Value("current", "pods", 2.0)]),
        Scaled("producer", BEGIN + 6, 1), Scaled("analytics", BEGIN + 7, 9), Scaled("producer", BEGIN + 9, 4),
        Sampled("producer autoscaler", BEGIN + 12, [Value(SHARE, "share", 1.2)]),
    ]  # fmt: skip
    assert [one.crossing for one in around(*lines).arrived] == [9.0]


def test_the_producers_replicas_are_known_by_their_pods() -> None:
    is_producer = around(Readied("producer", "demo-producer-1", 0, 1), Readied("analytics", "a", 0, 1)).is_producer
    assert is_producer
    assert [is_producer(one) for one in ("demo-producer-1", "a", "producer")] == [True, False, False]


def test_where_nothing_was_broken_or_crossed_there_is_no_moment_to_count_from() -> None:
    bounds = [msgspec.structs.replace(one, breached_at=None) for one in MADE.bounds]
    measured = msgspec.structs.replace(MEASURED, bounds=bounds)
    found = around(Readied("analytics", "new", BEGIN + 10, BEGIN + 16), measured=measured).arrived
    assert [(one.breach, one.crossing) for one in found] == [(None, None)]
