from collections.abc import Sequence

import msgspec
import pytest

from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.report.tables import Table, build_tables
from telemetry_loadtest.report.tables_system import system_tables
from telemetry_loadtest.report.words import NOTHING, amount, number
from telemetry_loadtest.result_views import endpoints
from telemetry_loadtest.results import Arrived, CeilingFound, CeilingStep, Measure, Result


def table(result: Result, title: str) -> Table:
    return next(one for one in build_tables(result) if one.title == title)


def row(found: Table, *begins: str) -> Sequence[str]:
    return next(one for one in found.rows if list(one[: len(begins)]) == list(begins))


@pytest.mark.parametrize("endpoint", ["ingest", "latest", "history", "aggregate"])
@pytest.mark.parametrize("measure", list(Measure))
def test_percentiles_are_those_of_the_merged_histograms_behind_the_warm_up(
    result: Result, endpoint: str, measure: Measure
) -> None:
    merged = Histogram()
    for one in result.histograms:
        if one.endpoint == endpoint and one.measure is measure and one.good and one.stage != "warm-up":
            merged.merge(Histogram.decode(one.encoded))
    expected = [number(merged.percentile(share)) for share in (50, 90, 95, 99, 99.9, 100)]
    assert list(row(table(result, "Latency"), endpoint, "all", measure))[3:] == expected


def test_each_stage_has_its_own_percentiles(result: Result) -> None:
    one = next(one for one in result.summaries if (one.stage, one.endpoint) == ("ramp", "latest"))
    assert one.latency is not None
    cells = row(table(result, "Latency"), "latest", "ramp", "latency")
    assert cells[5] == number(one.latency.p95)
    assert cells[8] == number(one.latency.max)


def test_every_bound_stands_with_its_limit_and_what_was_measured(result: Result) -> None:
    rows = table(result, "SLO").rows
    assert [list(found[2:4]) for found in rows] == [
        [amount(bound.measure, bound.limit), amount(bound.measure, bound.value)] for bound in result.bounds
    ]
    assert [found[0] for found in rows] == ["ingest p95", "latest p95", "latest p99", "ingest errors"]


def test_a_broken_bound_says_since_when(result: Result) -> None:
    broken = msgspec.structs.replace(result.bounds[0], held=False, breached_at=45.0)
    found = table(msgspec.structs.replace(result, bounds=[broken]), "SLO")
    assert found.rows[0][1] == "no, broken at 45 s"


def test_the_rates_of_stages_are_those_of_the_result(result: Result) -> None:
    cells = row(table(result, "Stages"), "hold 100")
    assert list(cells) == ["hold 100", "15 s", "1 min 15 s", "100/s", "100/s", "100/s", "100/s"]


def test_open_books_are_said_in_capitals_with_their_loss(result: Result) -> None:
    assert result.books is not None
    lost = msgspec.structs.replace(result.books, closed=False, missing=7)
    note = table(msgspec.structs.replace(result, books=lost), "Books").note
    assert note.startswith("THEY DO NOT CLOSE: 7 missing")


def test_a_ceiling_stands_with_every_rate_that_was_tried(result: Result) -> None:
    steps = [CeilingStep(400.0, held=True, reason=""), CeilingStep(800.0, held=False, reason="latest p95 31 ms")]
    found = table(msgspec.structs.replace(result, ceiling=CeilingFound(400.0, 800.0, steps)), "Ceiling")
    assert [list(one) for one in found.rows] == [["400/s", "yes", ""], ["800/s", "no", "latest p95 31 ms"]]
    assert "400/s" in found.note


def test_what_was_called_most_comes_first(result: Result) -> None:
    assert endpoints(result) == ["ingest", "latest", "history", "aggregate"]


def test_every_row_has_a_cell_for_each_column(result: Result) -> None:
    assert [one.title for one in build_tables(result) if {len(found) for found in one.rows} - {len(one.columns)}] == []


def test_images_stand_with_the_provenance_where_they_are_known(result: Result) -> None:
    images = {"producer": ["sha256:ab"], "postgres": ["sha256:cd", "sha256:ef"]}
    provenance = msgspec.structs.replace(result.provenance, images=images)
    found = table(msgspec.structs.replace(result, provenance=provenance), "Provenance")
    assert row(found, "images")[1] == "producer sha256:ab, postgres sha256:cd and sha256:ef"
    assert not [one for one in table(result, "Provenance").rows if one[0] == "images"]


def test_a_pod_that_came_stands_with_what_it_was_waited_for(result: Result) -> None:
    arrived = [Arrived("producer", "new", 10.0, 16.0, 12.0, None), Arrived("analytics", "first", 1.0, 2.0, 12.0, 1.5)]
    found = next(one for one in system_tables(msgspec.structs.replace(result, arrived=arrived)) if "came" in one.title)
    assert list(found.rows[0]) == ["producer", "new", "10", "16", "6", "4", NOTHING]
    assert list(found.rows[1]) == ["analytics", "first", "1", "2", "1", NOTHING, "0.5"]
