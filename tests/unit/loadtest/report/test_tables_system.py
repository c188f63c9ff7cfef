"""Tables of what stood beside the load."""

import msgspec

from telemetry_loadtest.report.figures_system import brief
from telemetry_loadtest.report.tables_system import system_tables
from telemetry_loadtest.results import Agreement, Result, Series


def test_a_disagreement_stands_in_its_row(result: Result) -> None:
    found = [Agreement("requests", 1000.0, 900.0, 20.0, agrees=False), Agreement("under-way", 2.0, None, 0.4, None)]
    table = next(system_tables(msgspec.structs.replace(result, agreements=found)))
    assert [list(row) for row in table.rows] == [
        ["writes answered", "1,000", "900", "20", "does not agree"],
        ["writes under way, in the mean", "2", "–", "0.4", "unavailable"],
    ]


def test_every_figure_has_its_mean_and_most_or_the_reason_why_not(result: Result) -> None:
    system = [
        Series("postgres", "wal", "bytes/s", [(0.0, 10.0), (1.0, 30.0)]),
        Series("kafka", "bytes-in", "bytes/s", [], "not to be had"),
    ]
    table = next(system_tables(msgspec.structs.replace(result, system=system)))
    assert [list(row) for row in table.rows] == [
        ["kafka", "bytes-in", "not to be had", "–", "–", "0"],
        ["postgres", "wal", "bytes/s", "20", "30", "2"],
    ]


def test_a_pod_is_known_in_a_legend_by_its_component_and_its_own_letters() -> None:
    assert brief("demo-producer-8f7b7c775-psjnp", "demo") == "producer…psjnp"
    assert [brief(one, "demo") for one in ("demo-postgres-0", "producer-1", "redis")] == [
        "postgres-0", "producer-1", "redis",
    ]  # fmt: skip


def test_a_result_with_neither_has_no_such_table(result: Result) -> None:
    assert list(system_tables(msgspec.structs.replace(result, system=[]))) == []
