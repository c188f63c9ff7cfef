"""A search within one run, by master and workers apart, against a server of which is known what it carries."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import msgspec
import pytest

from telemetry_loadtest.assembling import Surroundings
from telemetry_loadtest.concluding import conclude_trials
from telemetry_loadtest.measured import Searched
from telemetry_loadtest.plan import HealthLimits, PieceOfRate, PlannedBound, PlannedSearch, PlannedStage, Slo
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.progress import Stage
from telemetry_loadtest.results import Books, Result, Verdict
from telemetry_loadtest.verdict import Cause
from telemetry_operator.benchmarks.books import close_trials
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.sending import open_client
from tests.integration.bench.conftest import Bench, provenance
from tests.integration.bench.processes import PATIENCE, Apart
from tests.support.load_target import Knobs, LoadTarget
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

# It carries 100 requests a second on any machine.
LIMITED = Knobs(delay=0.1, slots=10)
P95 = PlannedBound(Endpoint.INGEST, "p95", 300.0)
# What a busy machine does to the generator is not what these tests are about.
PATIENT = HealthLimits(cpu=100, loop_lag=30_000, slip=30_000, share=1)


class Searching:
    """A search by a master and two workers, and the server that it is put against."""

    def __init__(self, directory: Path, server: LoadTarget, stack: ExitStack, health: HealthLimits = PATIENT) -> None:
        self.server = server
        bench = Bench(directory, server)
        warm_up = PlannedStage("warm-up", [PieceOfRate(0.5, 10, 10)], warm_up=True)
        self.plan = bench.plan(
            80,
            1.5,
            stages=[warm_up, PlannedStage("first", [PieceOfRate(1.5, 10, 10)])],
            weights={Endpoint.INGEST: 1.0},
            search=PlannedSearch(first=80.0, precision=1.0),
            slo=Slo([P95], stop=True),
            devices=4,
            workers=2,
            probes=0,
            health=health,
        )
        self.apart = Apart(directory, self.plan, stack)
        self.processes = [self.apart.worker(1), self.apart.worker(0), self.apart.master()]

    def searched(self) -> Searched:
        """What was measured, once it can be had; the master and its workers then end."""
        wait_until(lambda: self.apart.answers("/result"), timeout=PATIENCE, what="the search is over")
        searched = msgspec.json.decode(self.apart.client.get("/result").content, type=Searched)
        assert self.apart.client.post("/stored").status_code == httpx.codes.ACCEPTED
        return searched

    def result(self, searched: Searched) -> Result:
        books = asyncio.run(self._books(searched))
        return conclude_trials(self.plan, searched, books, lambda _: provenance(), lambda _: Surroundings())

    async def _books(self, searched: Searched) -> list[Books]:
        async with open_client(self.server.address) as client:
            return await close_trials(self.plan, searched.trials, Analytics(client, "any"), patience=1)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def server() -> Iterator[LoadTarget]:
    with LoadTarget(LIMITED) as server:
        yield server


def test_a_ceiling_is_found_within_one_run_and_every_trials_books_close(
    tmp_path: Path, server: LoadTarget, stack: ExitStack
) -> None:
    search = Searching(tmp_path, server, stack)
    searched = search.searched()
    result = search.result(searched)
    assert result.ceiling is not None
    assert [(one.rate, one.held) for one in result.ceiling.steps] == [(80, True), (160, False)]
    assert (result.verdict, result.ceiling.low, result.ceiling.high) == (Verdict.PASSED, 80, 160)
    assert result.books is not None
    assert result.books.closed
    assert {one.offered for one in result.stage_summaries} == {80.0}
    acknowledged = [one.measured.accounts.acknowledged for one in searched.trials]
    assert sum(one.count for one in acknowledged) == len(server.kept)
    assert {one.measured.generator.lost_workers for one in searched.trials} == {0}
    spans = [(one.after, one.measured.begin, one.until) for one in searched.trials]
    assert [at for span in spans for at in span] == sorted(at for span in spans for at in span)
    progress = search.apart.progress() if search.apart.answers("/livez") else None
    assert progress is None or progress.began == searched.trials[0].measured.begin
    assert [one.wait(PATIENCE) for one in search.processes] == [0, 0, 0]


def test_a_person_ends_a_search_and_what_was_tried_stands(tmp_path: Path, server: LoadTarget, stack: ExitStack) -> None:
    search = Searching(tmp_path, server, stack)

    def second_trial() -> bool:
        return (
            search.apart.answers("/livez") and (told := search.apart.progress().trial) is not None and told.number == 2
        )

    wait_until(second_trial, timeout=PATIENCE, what="the second rate is tried")
    assert search.apart.progress().stage is Stage.RUNNING
    assert search.apart.client.post("/stop", content="enough").status_code == httpx.codes.ACCEPTED
    searched = search.searched()
    result = search.result(searched)
    assert (searched.cause, len(searched.trials)) == (Cause.STOPPED, 2)
    assert (result.verdict, result.ceiling and result.ceiling.low) == (Verdict.ABORTED, 80)
    assert "enough" in result.reason


def test_a_generator_that_is_not_well_ends_the_search(tmp_path: Path, server: LoadTarget, stack: ExitStack) -> None:
    search = Searching(tmp_path, server, stack, health=HealthLimits(cpu=1e-6, share=0))
    result = search.result(search.searched())
    assert result.verdict is Verdict.INVALID
    assert result.reason.startswith("at 80 requests a second: in ")
