from typing import Any

import msgspec
import pytest

from telemetry_loadtest.report.caveats import caveats
from telemetry_loadtest.results import Result, Verdict


def said(result: Result) -> str:
    return "\n".join(caveats(result))


def with_machine(result: Result, **changed: Any) -> Result:  # noqa: ANN401 - fields of many types
    machine = msgspec.structs.replace(result.provenance.machine, **changed)
    return msgspec.structs.replace(result, provenance=msgspec.structs.replace(result.provenance, machine=machine))


def test_cores_that_generator_and_platform_share_are_said(result: Result) -> None:
    assert "shared the 2 cores of one machine" in said(result)
    assert "autoscaler adds no capacity" in said(result)
    apart = said(with_machine(result, shared=False))
    assert "shared" not in apart
    assert "autoscaler" not in apart


def test_a_machine_that_was_busy_before_is_said(result: Result) -> None:
    assert "not idle" not in said(result)
    assert "its load was 1.4 on 2 cores" in said(with_machine(result, load_before=1.4))


def test_queued_writes_are_not_to_be_ranked_by_acknowledgement(result: Result) -> None:
    assert "acknowledged when queued" in said(result)
    assert result.books is not None
    stored = msgspec.structs.replace(result.books, acknowledged_as={"stored": 5})
    assert "acknowledged when queued" not in said(msgspec.structs.replace(result, books=stored))


@pytest.mark.parametrize(("ceiling", "words"), [(None, "was not measured"), (150.0, "had little room")])
def test_a_generator_without_known_headroom_is_said(result: Result, ceiling: float | None, words: str) -> None:
    generator = msgspec.structs.replace(result.generator, ceiling=ceiling)
    assert words in said(msgspec.structs.replace(result, generator=generator))
    assert words not in said(result)


def test_what_could_not_be_seen_is_said_with_its_reason(result: Result) -> None:
    assert "redis hit rate is unavailable: no rights to ask it" in said(result)


def test_seconds_whose_counters_disagree_are_counted(result: Result) -> None:
    torn = [msgspec.structs.replace(second, conserved=False) for second in result.seconds[:3]]
    assert "In 3 seconds the counters did not agree" in said(msgspec.structs.replace(result, seconds=torn))


@pytest.mark.parametrize(
    ("verdict", "words"), [(Verdict.INVALID, "says anything of the platform"), (Verdict.ABORTED, "before its time")]
)
def test_a_verdict_that_limits_what_can_be_said_says_so_first(result: Result, verdict: Verdict, words: str) -> None:
    assert words in next(caveats(msgspec.structs.replace(result, verdict=verdict)))


def test_latency_that_still_changes_is_said(result: Result) -> None:
    drifting = [
        msgspec.structs.replace(
            second,
            endpoints={
                name: msgspec.structs.replace(one, p50=200.0 - second.at) for name, one in second.endpoints.items()
            },
        )
        for second in result.seconds
    ]
    assert "was not seen steady in stage “hold 100”" in said(msgspec.structs.replace(result, seconds=drifting))
    assert "steady" not in said(result)


def test_one_run_never_ranks_architectures(result: Result) -> None:
    assert "It is one run" in said(result)


def test_what_the_run_itself_noted_is_said(result: Result) -> None:
    assert "a worker was slow" in said(msgspec.structs.replace(result, notes=["a worker was slow"]))
