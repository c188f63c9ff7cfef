import msgspec
import pytest

from telemetry_loadtest.report.content import Content, build_content
from telemetry_loadtest.report.words import milliseconds, rate
from telemetry_loadtest.results import Result, Verdict
from tests.unit.loadtest.report.test_tables import row, table


def fact(content: Content, name: str) -> str:
    return next(one.value for one in content.facts if one.name == name)


def test_the_figures_at_the_top_are_of_the_seconds_behind_the_warm_up(result: Result) -> None:
    judged = [second for second in result.seconds if second.stage != "warm-up"]
    content = build_content(result)
    assert fact(content, "offered") == rate(sum(one.offered for one in judged) / len(judged))
    assert fact(content, "ingest p95") == row(table(result, "Latency"), "ingest", "all", "latency")[5] + " ms"
    assert result.freshness is not None
    assert fact(content, "freshness p99") == milliseconds(result.freshness.p99)


def test_a_run_that_lost_data_has_no_good_rate(result: Result) -> None:
    assert result.books is not None
    lost = msgspec.structs.replace(result, books=msgspec.structs.replace(result.books, closed=False))
    assert fact(build_content(lost), "good") == "–"


def test_the_command_can_be_given_to_a_shell(result: Result) -> None:
    provenance = msgspec.structs.replace(result.provenance, command=["telemetryctl", "bench", "my file.yaml"])
    found = build_content(msgspec.structs.replace(result, provenance=provenance))
    assert found.command == "telemetryctl bench 'my file.yaml'"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_verdict_and_its_reason_are_said_as_they_are(result: Result, verdict: Verdict) -> None:
    found = build_content(msgspec.structs.replace(result, verdict=verdict, reason="because"))
    assert (found.verdict, found.reason) == (verdict.value, "because")


def test_the_draining_behind_the_last_stage_lowers_no_rate(result: Result) -> None:
    drained = msgspec.structs.replace(result.seconds[-1], stage="draining", offered=0, good=2, endpoints={})
    longer = msgspec.structs.replace(result, seconds=[*result.seconds, drained])
    assert fact(build_content(longer), "offered") == fact(build_content(result), "offered")
