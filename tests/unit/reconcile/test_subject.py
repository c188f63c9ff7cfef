from enum import StrEnum
from typing import Any

import pytest

from telemetry_operator.reconcile.subject import FINISHED, REFUSED, STOP, Subject
from telemetry_operator.specs import benchmark_status, comparison_status
from telemetry_operator.specs.benchmark_status import BenchmarkStatus, Phase


def subject(phase: Phase | None = None, seen: int | None = None, **metadata: Any) -> Subject[BenchmarkStatus]:  # noqa: ANN401
    status = BenchmarkStatus(phase=phase, observed_generation=seen)
    return Subject(subject={"metadata": {"generation": 2, **metadata}}, status=status)


@pytest.mark.parametrize("over", [benchmark_status.OVER, comparison_status.OVER])
def test_each_kind_ends_by_the_same_words(over: frozenset[StrEnum]) -> None:
    assert over == {FINISHED, REFUSED}


@pytest.mark.parametrize(
    ("phase", "seen", "is_over"),
    [
        (None, None, False),
        (Phase.RUNNING, 2, False),
        (Phase.FINISHED, 1, True),
        (Phase.REFUSED, 2, True),
        (Phase.REFUSED, 1, False),
    ],
)
def test_a_refusal_is_of_one_generation_alone(phase: Phase | None, seen: int | None, is_over: bool) -> None:
    assert subject(phase, seen).is_over is is_over


@pytest.mark.parametrize(
    ("annotations", "reason"),
    [(None, None), ({}, None), ({STOP: " seen enough "}, "seen enough"), ({STOP: ""}, "no reason given")],
)
def test_a_stop_is_told_in_the_persons_words(annotations: dict[str, str] | None, reason: str | None) -> None:
    assert subject(annotations=annotations).stop == reason
