"""Master and workers as they are in a cluster: processes that know addresses, and a result that is fetched."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import msgspec
import pytest

from telemetry_loadtest.endings import Ending
from telemetry_loadtest.measured import Measured, Passed, decode_line
from telemetry_loadtest.progress import Stage, decode_progress
from telemetry_loadtest.verdict import Cause
from tests.integration.bench.conftest import Bench
from tests.integration.bench.processes import PATIENCE, Apart
from tests.support.ports import take_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def apart(bench: Bench, tmp_path: Path) -> Iterator[Apart]:
    with ExitStack() as stack:
        yield Apart(tmp_path, bench.plan(40, 1, workers=2), stack)


def test_a_run_of_master_and_workers_apart_is_measured_and_kept_until_it_was_fetched(
    apart: Apart, bench: Bench
) -> None:
    processes = [apart.worker(1), apart.worker(0), apart.master()]
    wait_until(lambda: apart.answers("/result"), timeout=PATIENCE, what="the run is measured")
    measured = msgspec.json.decode(apart.client.get("/result").content, type=Measured)
    assert (measured.cause, measured.generator.lost_workers) == (Cause.FINISHED, 0)
    assert sum(one.offered for one in measured.seconds) == 5 + 40
    assert measured.accounts.acknowledged.count == len(bench.server.kept)
    progress = decode_progress(apart.client.get("/progress").content)
    assert (progress.stage, progress.began) == (Stage.MEASURED, measured.begin)
    lines = apart.client.get("/lines", params={"from": "0"}).content.splitlines()
    told = [line.second for line in map(decode_line, lines) if isinstance(line, Passed)]
    assert told == measured.seconds
    assert apart.client.post("/stored").status_code == httpx.codes.ACCEPTED
    assert [one.wait(PATIENCE) for one in processes] == [0, 0, 0]


def test_who_has_no_token_is_told_nothing_and_a_run_that_is_stopped_before_it_began_has_no_result(apart: Apart) -> None:
    master = apart.master()
    wait_until(lambda: apart.answers("/livez"), timeout=PATIENCE, what="the master answers")
    stranger = {"Authorization": "Bearer let me in, please"}
    assert apart.client.get("/progress", headers=stranger).status_code == httpx.codes.UNAUTHORIZED
    assert apart.client.post("/stop", headers=stranger).status_code == httpx.codes.UNAUTHORIZED
    assert apart.client.get("/result").status_code == httpx.codes.NOT_FOUND
    assert apart.client.post("/stored").status_code == httpx.codes.CONFLICT
    assert apart.client.post("/stop", content="enough").status_code == httpx.codes.ACCEPTED
    assert master.wait(PATIENCE) == 1
    assert apart.last_words("master")[0] is Ending.STOPPED


def test_a_master_without_its_workers_and_a_worker_without_its_master_give_up_and_say_why(apart: Apart) -> None:
    master = apart.master("--patience", "0.5")
    lonely = apart.worker(0, "--master-port", str(take_port()), "--patience", "0.5")
    assert (master.wait(PATIENCE), lonely.wait(PATIENCE)) == (1, 1)
    missing = "0 of 2 workers were ready after 0.5 s; not ready: 0, 1"
    assert apart.last_words("master") == (Ending.WORKERS_MISSING, missing)
    assert apart.last_words("worker-0")[0] is Ending.MASTER_LOST
