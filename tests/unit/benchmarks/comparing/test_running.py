"""Cell after cell: what is kept, what ends it, and that a failure does not."""

from collections.abc import Callable

import pytest

from telemetry_loadtest.comparison_plan import PlannedCell, cells_of
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.measured import Line
from telemetry_loadtest.results import Verdict
from telemetry_operator.benchmarks.comparing import running
from telemetry_operator.benchmarks.comparing.cell import Audience, Job, StoppedError
from telemetry_operator.benchmarks.comparing.running import Ending, run_cells
from tests.unit.benchmarks.comparing.made import SHORT, begun, record_of
from tests.unit.specs.test_comparison import parse

FATES: dict[str, type[BaseException]] = {"in a run": StoppedError, "beside one": KeyboardInterrupt}


class Seen:
    """A spectator who notes what began and ended."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def began(self, cell: PlannedCell) -> None:
        self.names.append(f"began {cell.name}")

    def ended(self, record: CellRecord) -> None:
        self.names.append(f"ended {record.name}")

    def step(self, text: str) -> None:
        raise AssertionError(text)

    def line(self, line: Line) -> None:
        raise AssertionError(line)


def job(spec: str = SHORT) -> Job:
    return Job(parse(spec), begun(spec))


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[PlannedCell], CellRecord]], None]:
    """Sets what stands for running a cell."""

    def become(run: Callable[[PlannedCell], CellRecord]) -> None:
        def run_cell(_job: Job, cell: PlannedCell, _audience: Audience) -> CellRecord:
            return run(cell)

        monkeypatch.setattr(running, "run_cell", run_cell)

    return become


Become = Callable[[Callable[[PlannedCell], CellRecord]], None]


def test_every_cell_is_run_in_its_order_and_kept(fate: Become) -> None:
    fate(record_of)
    mine, seen = job(), Seen()
    assert run_cells(mine, seen) is Ending.FINISHED
    assert seen.names == [
        f"{what} {cell.name}" for cell in cells_of(mine.kept.begun.plan) for what in ("began", "ended")
    ]
    assert len(mine.kept.records()) == 4


def test_a_failed_cell_does_not_end_the_others(fate: Become) -> None:
    fate(lambda cell: record_of(cell, None, Verdict.ERROR) if cell.variant == "redis" else record_of(cell))
    mine = job()
    assert run_cells(mine, Seen()) is Ending.FINISHED
    assert mine.kept.remaining() == []


def test_a_block_without_any_number_ends_it(fate: Become) -> None:
    fate(lambda cell: record_of(cell, None, Verdict.ERROR))
    mine = job()
    assert run_cells(mine, Seen()) is Ending.HOPELESS
    assert len(mine.kept.records()) == 2


@pytest.mark.parametrize("stop", FATES.values(), ids=FATES)
def test_a_signal_ends_it_and_that_cell_is_run_by_the_next_command(fate: Become, stop: type[BaseException]) -> None:
    mine = job()
    second = cells_of(mine.kept.begun.plan)[1]

    def run(cell: PlannedCell) -> CellRecord:
        if cell == second:
            raise stop
        return record_of(cell)

    fate(run)
    assert run_cells(mine, Seen()) is Ending.STOPPED
    assert mine.kept.remaining()[0] == second
    fate(record_of)
    assert run_cells(mine, Seen()) is Ending.FINISHED


def test_no_cell_is_begun_behind_the_deadline(fate: Become, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 59.0, 60.0))
    monkeypatch.setattr(running, "monotonic", lambda: next(clock))
    fate(record_of)
    mine = job(f"{SHORT}, deadline: 1m")
    assert run_cells(mine, Seen()) is Ending.DEADLINE
    assert len(mine.kept.records()) == 1
