"""The search for a ceiling as a sequence of runs."""

from collections.abc import Callable
from typing import Any

import pytest

from telemetry_loadtest.assembling import nothing_measured
from telemetry_loadtest.results import Machine, Platform, Provenance, Result, Verdict
from telemetry_operator.benchmarks import searching
from telemetry_operator.benchmarks.running import Asked
from telemetry_operator.benchmarks.searching import search_ceiling
from telemetry_operator.specs.benchmark import ExistingData
from tests.unit.loadtest.plans import plan_of
from tests.unit.specs.test_benchmark import parse

NOTHING: Any = None
PROVENANCE = Provenance(
    "r", "b", "", "", 1, [], "", {}, Machine("", "", 2, 1, None, shared=True), Platform("p", None, {}, {})
)


def ran(verdict: Verdict, reason: str) -> Result:
    return nothing_measured(plan_of(), PROVENANCE, verdict, reason)


class Runs:
    """Stands for run_benchmark: asks the test for each rate's verdict."""

    def __init__(self, verdict_of: Callable[[float], Verdict]) -> None:
        self.verdict_of = verdict_of
        self.asked: list[Asked] = []

    async def __call__(self, asked: Asked, _: object) -> Result:
        self.asked.append(asked)
        rate = asked.benchmark.spec.stages[0].rate
        assert rate is not None
        return ran(self.verdict_of(rate), f"at {rate:g}")

    @property
    def rates(self) -> list[float | None]:
        return [one.benchmark.spec.stages[0].rate for one in self.asked]


async def search(
    monkeypatch: pytest.MonkeyPatch, verdict_of: Callable[[float], Verdict], spec: str = "suite: ceiling"
) -> tuple[Runs, Result]:
    runs = Runs(verdict_of)
    monkeypatch.setattr(searching, "run_benchmark", runs)
    return runs, await search_ceiling(Asked(parse(spec), "", NOTHING), lambda _: None)


async def test_the_result_is_that_of_the_highest_rate_that_held(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, result = await search(monkeypatch, lambda rate: Verdict.PASSED if rate <= 270 else Verdict.FAILED)
    assert runs.rates[:5] == [100, 200, 400, 300, 250]
    assert result.verdict is Verdict.PASSED
    assert result.ceiling is not None
    assert (result.ceiling.low, result.ceiling.high) == (262.5, 275.0)
    assert result.reason.startswith("the ceiling lies between 262.5 requests a second, which held, and 275")


async def test_rates_and_how_long_they_are_held_are_the_manifests(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = "suite: ceiling, search: {first: 30, step: 4s, precision: 1}"
    runs, result = await search(monkeypatch, lambda rate: Verdict.PASSED if rate < 90 else Verdict.FAILED, spec)
    assert runs.rates == [30, 60, 120]
    assert {one.benchmark.spec.stages[0].duration for one in runs.asked} == {"4s"}
    assert result.ceiling is not None
    assert (result.ceiling.low, result.ceiling.high) == (60, 120)


async def test_only_the_first_run_refuses_data_and_measures_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, _ = await search(monkeypatch, lambda rate: Verdict.PASSED if rate <= 270 else Verdict.FAILED)
    first, *others = runs.asked
    assert (first.benchmark.spec.existing_data, first.measure_ceiling) == (ExistingData.REFUSE, True)
    assert {(one.benchmark.spec.existing_data, one.measure_ceiling) for one in others} == {(ExistingData.ALLOW, False)}


async def test_a_generator_at_its_own_end_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    _, result = await search(monkeypatch, lambda rate: Verdict.PASSED if rate < 400 else Verdict.INVALID)
    assert (result.verdict, result.reason) == (Verdict.INVALID, "at 400 requests a second: at 400")
    assert result.ceiling is not None
    assert (result.ceiling.low, result.ceiling.high) == (200, None)


async def test_a_platform_that_holds_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    _, result = await search(monkeypatch, lambda _: Verdict.FAILED)
    assert result.verdict is Verdict.FAILED
    assert "not even" in result.reason
