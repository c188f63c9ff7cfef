"""What a run's own pods add to what its master knew of a worker that it lost under load."""

import msgspec

from telemetry_loadtest.measured import Measured
from telemetry_loadtest.verdict import Cause
from telemetry_loadtest.windows import Accounts
from telemetry_operator.reconcile.runs.failures import explained
from tests.support.made_results import Recipe, make_result, short
from tests.unit.reconcile.runs.given import after, begun, observed, pod

MADE = make_result(short(Recipe(stall=False), 30))
LOST = "worker 0 was lost (nothing heard for 15 s), and what it measured with it"
KILLED = pod(terminated={"exitCode": 137, "reason": "OOMKilled"})


def measured(*faults: str) -> Measured:
    generator = msgspec.structs.replace(MADE.generator, lost_workers=len(faults), faults=list(faults))
    return Measured(
        cause=Cause.FINISHED, detail="", begin=1767225600.0, duration=30.0, stages=MADE.stages, seconds=MADE.seconds,
        summaries=MADE.summaries, histograms=MADE.histograms, generator=generator, bounds=MADE.bounds,
        accounts=Accounts(), freshness=None,
    )  # fmt: skip


def test_why_a_worker_was_lost_stands_beside_that_it_was() -> None:
    run = observed(begun(), pods=(pod("bench-master"), KILLED))
    told = explained(measured(LOST), run, after(60))
    assert told.generator.faults == [LOST, "a worker used more memory than its limit"]


def test_a_worker_that_ended_after_its_last_word_is_nobodys_fault() -> None:
    run = observed(begun(), pods=(KILLED,))
    assert explained(measured(), run, after(60)) == measured()
