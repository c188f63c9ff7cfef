"""Whatever was asked for before, and wherever the operator was killed: it converges, and loses nothing."""

import asyncio
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry_contract.architecture import PRESETS
from telemetry_operator.reconcile.observed import Backlog
from telemetry_operator.reconcile.planning.transition import variable_of
from tests.unit.reconcile.planning.test_visit import visit_killed_after
from tests.unit.reconcile.stage import EMPTY, Stage

MANY = Backlog(records=7, words="7 records are not stored yet")
UNKNOWN = Backlog(records=None, words="nobody tells")

EDITS = st.tuples(
    st.sampled_from(sorted(PRESETS)),
    st.sampled_from(["Retain", "Delete"]),
    st.sampled_from([EMPTY, MANY, UNKNOWN]),
    st.lists(st.integers(0, 4), max_size=9),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDITS, min_size=1, max_size=4))
def test_any_history_of_edits_and_crashes_converges(edits: Sequence[tuple[str, str, Backlog, list[int]]]) -> None:
    asyncio.run(_live_through(edits))


async def _live_through(edits: Sequence[tuple[str, str, Backlog, list[int]]]) -> None:
    stage = Stage()
    last = edits[-1][:2]
    for preset, policy, backlog, kills in edits:
        stage.put({"architecture": preset, "deletionPolicy": policy})
        stage.backlog = backlog
        for most in kills:
            await _visit(stage, most)
            _check_that_nothing_was_lost(stage)
    stage.backlog = EMPTY
    await stage.settle()
    fresh = Stage({"architecture": last[0], "deletionPolicy": last[1]})
    await fresh.settle()
    for kind in ("Deployment", "StatefulSet", "Service", "HorizontalPodAutoscaler", "Job"):
        assert stage.names(kind) == fresh.names(kind)


async def _visit(stage: Stage, most: int) -> None:
    """A visit, killed after so many writes if it has more; 0: not killed."""
    if 0 < most <= len((await stage.plan()).changes):
        await visit_killed_after(stage, most)
        stage.cluster.run_controllers()
    else:
        await stage.visit()


def _check_that_nothing_was_lost(stage: Stage) -> None:
    """While the stream is not known to be empty, neither Kafka nor its consumer may have gone."""
    deleted = [write for write in stage.cluster.writes if write.startswith("delete") and "Job/" not in write]
    is_drained = stage.backlog is EMPTY
    assert is_drained or "delete Deployment/demo-consumer" not in deleted
    if "kafka" in stage.names("StatefulSet"):
        annotations = stage.live("StatefulSet", "kafka")["metadata"].get("annotations") or {}
        producer = stage.cluster.objects.get(("Deployment", "demo-producer"))
        writes_to_it = producer is not None and variable_of(producer, "TELEMETRY_WRITES") == "kafka"
        assert not writes_to_it or "telemetry.dev/unread" in annotations
    stage.cluster.writes.clear()
