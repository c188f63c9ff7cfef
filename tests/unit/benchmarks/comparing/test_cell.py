"""One cell: a platform of its own around a run, and a record whatever comes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from telemetry_loadtest.assembling import nothing_measured
from telemetry_loadtest.comparison_plan import cells_of
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.measured import Line
from telemetry_loadtest.results import Result, Verdict
from telemetry_operator.benchmarks.comparing import cell as module
from telemetry_operator.benchmarks.comparing.cell import Job, StoppedError, run_cell
from telemetry_operator.benchmarks.running import Asked
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.benchmark import Climb
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.benchmarks.comparing.made import SHORT, begun
from tests.unit.benchmarks.test_searching import PROVENANCE
from tests.unit.loadtest.plans import plan_of
from tests.unit.specs.test_comparison import EVEN, TWO, parse

AT_A_RATE = f"{TWO}, profiles: [mixed], blocks: 2, metric: {{name: p95}}, {EVEN}"


class Stage:
    """Stands for this machine: notes which platforms stood, and answers each run as the test says."""

    def __init__(self, spec: str) -> None:
        self.job = Job(parse(spec), begun(spec))
        self.log: list[str] = []
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Result] = lambda _: self.result(Verdict.PASSED)

    @staticmethod
    def result(verdict: Verdict, reason: str = "told") -> Result:
        return nothing_measured(plan_of(), PROVENANCE, verdict, reason)

    @contextmanager
    def platform(self, platform: TelemetryPlatform, _: object) -> Iterator[None]:
        self.log.append(f"up {platform.metadata.name}")
        try:
            yield
        finally:
            self.log.append("away")

    async def load(self, asked: Asked, _on_line: object, **_: object) -> Result:
        self.asked.append(asked)
        self.log.append("run")
        return self.answer(asked)

    def run(self, place: int = 1) -> CellRecord:
        return run_cell(self.job, cells_of(self.job.kept.begun.plan)[place - 1], Nobody())


class Nobody:
    def step(self, text: str) -> None:
        """Hear nothing."""

    def line(self, line: Line) -> None:
        """Hear nothing."""


def set_stage(monkeypatch: pytest.MonkeyPatch, spec: str = AT_A_RATE) -> Stage:
    stage = Stage(spec)
    standing: Any = object()
    for name, stand_in in {
        "fresh_platform": stage.platform,
        "find_target": lambda _: standing,
        "run_benchmark": stage.load,
        "search_ceiling": stage.load,
    }.items():
        monkeypatch.setattr(module, name, stand_in)
    return stage


def test_a_cell_is_run_on_a_platform_of_its_own_that_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(monkeypatch)
    record = stage.run()
    name = f"compare-{stage.job.kept.begun.token}-{record.variant}"
    assert stage.log == [f"up {name}", "run", "away"]
    assert stage.asked[0].benchmark.spec.platform == name
    assert (stage.job.kept.root / "runs" / f"{record.name}.json").exists()


def test_a_platform_that_does_not_come_up_is_a_cell_without_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(monkeypatch)

    def fail(_: object) -> object:
        raise PlatformError("no port is free")

    monkeypatch.setattr(module, "find_target", fail)
    record = stage.run()
    assert (record.verdict, record.value, record.reason) == (Verdict.ERROR, None, "no port is free")
    assert stage.log[-1] == "away"


def test_a_run_that_a_signal_ended_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(monkeypatch)

    def stop(asked: Asked) -> Result:
        asked.on_stop()
        return stage.result(Verdict.ABORTED)

    stage.answer = stop
    with pytest.raises(StoppedError):
        stage.run()
    assert stage.log[-1] == "away"


def test_a_run_that_its_deadline_ended_is_a_record_without_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(monkeypatch)
    stage.answer = lambda _: stage.result(Verdict.ABORTED, "its deadline passed")
    record = stage.run()
    assert (record.verdict, record.value) == (Verdict.ABORTED, None)
    assert "its deadline passed" in record.reason


def test_the_generators_own_ceiling_is_measured_once_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(monkeypatch)
    for place in (1, 2, 3, 4):
        stage.run(place)
    assert [asked.measure_ceiling for asked in stage.asked] == [True, False, True, False]


def test_a_ceiling_is_looked_for_as_the_manifest_says(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(monkeypatch, SHORT.replace("{step: 1s}", "{first: 7, step: 3s, precision: 0.5}"))
    heard: list[Asked] = []

    async def search(asked: Asked, _on_line: object) -> Result:
        heard.append(asked)
        return stage.result(Verdict.PASSED)

    monkeypatch.setattr(module, "search_ceiling", search)
    assert stage.run().reason == "no rate held its SLO"
    assert heard[0].benchmark.spec.search == Climb(first=7, step=Duration("3s"), precision=0.5)
