"""How platforms stand, and the conditions that say so: a table of situations, and what holds for all of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.cluster.errors import ForbiddenError, UnavailableError
from telemetry_operator.reconcile.plan import Failure, Refusal, Step, Visit, Wait
from telemetry_operator.reconcile.reasons import Reason, Said
from telemetry_operator.reconcile.reporting.conditions import conditions_of
from telemetry_operator.reconcile.reporting.proof import Proof
from telemetry_operator.reconcile.reporting.standing import Standing, standing_of
from telemetry_operator.reconcile.reporting.status import build_status
from telemetry_operator.resources.objects import Key
from telemetry_operator.specs.status import ConditionStatus, ConditionType, PlatformStatus, ProbeStatus
from tests.unit.reconcile import recordings
from tests.unit.reconcile.visits import GENERATION, NOW, after, change, proof_of, told, visit_of

PROVED = PlatformStatus(probe=ProbeStatus(observed_generation=GENERATION))
PROVED_BEFORE = PlatformStatus(probe=ProbeStatus(observed_generation=GENERATION - 1))
NOTHING = PlatformStatus()


def wait(step: Step = Step.WORKLOADS, reason: Reason = Reason.ROLLING_OUT, **given: Any) -> Wait:  # noqa: ANN401
    return Wait(**{"step": step, "reason": reason, "message": "0 of 1 pods are ready", **given})


def status_of(
    visit: Visit, previous: PlatformStatus = NOTHING, proof: Proof | None = None, now: int = NOW
) -> PlatformStatus:
    return build_status(standing_of(visit, previous, proof, now), visit.plan, previous, proof, now)


PRODUCER = Key("Deployment", "demo-producer")
STARTING = wait(Step.SERVERS, Reason.STARTING_SERVERS)
BAD_IMAGE = {"pods": (recordings.pods_of("image")[-1],)}
STOPPED = {"producer": {"replicas": 0}, "analytics": {"replicas": 0}}
MISSING = wait(Step.FOUNDATION, Reason.SECRET_MISSING, stuck=True)
FORBIDDEN = (Failure(change=change(), error=ForbiddenError("no rights")),)
CATCHING_UP = {"producer": (1, 1), "analytics": (1, 1), "consumer": (0, 1)}
DOWN = {"producer": (0, 1), "analytics": (1, 1)}

# A visit, what was said before and proved since; then Ready, Available, Progressing, Degraded and Stalled.
TABLE: dict[str, tuple[Visit, PlatformStatus, Proof | None, tuple[str, ...]]] = {
    "first-visit": (
        visit_of(ready={}, changes=(change(step=Step.FOUNDATION),)), NOTHING, None,
        ("False Applying", "False NoReadyPods", "True Applying", "False NoFailure", "False NoFailure"),
    ),
    "servers-start": (
        visit_of(ready={"postgres": (0, 1)}, waits=(STARTING,)), NOTHING, None,
        ("False StartingServers", "False NoReadyPods", "True StartingServers", "False NoFailure", "False NoFailure"),
    ),
    "rolled-out-and-not-proved": (
        visit_of(), NOTHING, None,
        ("False Proving", "Unknown Proving", "True Proving", "False NoFailure", "False NoFailure"),
    ),
    "proved": (
        visit_of(), NOTHING, proof_of(),
        ("True AsSpecified", "True ReadingSeen", "False AtRest", "False NoFailure", "False NoFailure"),
    ),
    "operator-restarted": (
        visit_of(), PROVED, None,
        ("True AsSpecified", "True ReadingSeen", "False AtRest", "False NoFailure", "False NoFailure"),
    ),
    "next-generation-rolls-out": (
        visit_of(waits=(wait(),)), PROVED_BEFORE, None,
        ("False RollingOut", "Unknown RollingOut", "True RollingOut", "False NoFailure", "False NoFailure"),
    ),
    "proof-of-the-generation-before": (
        visit_of(), NOTHING, proof_of(generation=GENERATION - 1),
        ("False Proving", "Unknown Proving", "True Proving", "False NoFailure", "False NoFailure"),
    ),
    "bad-image-in-the-next-generation": (
        visit_of(waits=(wait(),), observed=BAD_IMAGE), PROVED_BEFORE, None,
        ("False ImagePullFailed", "Unknown RollingOut", "True RollingOut", "True ImagePullFailed", "False NoFailure"),
    ),
    "drained-after-proof": (
        visit_of(waits=(wait(Step.DRAIN, Reason.DRAINING),)), NOTHING, proof_of(),
        ("False Draining", "True ReadingSeen", "True Draining", "False NoFailure", "False NoFailure"),
    ),
    "drain-cannot-finish": (
        visit_of(waits=(wait(Step.DRAIN, Reason.DRAIN_BLOCKED, stuck=True),)), NOTHING, proof_of(),
        ("False DrainBlocked", "True ReadingSeen", "False DrainBlocked", "True DrainBlocked", "True DrainBlocked"),
    ),
    "autoscaler-adds-a-pod": (
        visit_of(ready={"producer": (1, 2), "analytics": (1, 1)}, waits=(wait(key=PRODUCER),)), PROVED, proof_of(),
        ("True AsSpecified", "True ReadingSeen", "False AtRest", "False NoFailure", "False NoFailure"),
    ),
    "drift-is-repaired": (
        visit_of(changes=(change(),)), PROVED, proof_of(),
        ("True AsSpecified", "True ReadingSeen", "False AtRest", "False NoFailure", "False NoFailure"),
    ),
    "last-producer-gone": (
        visit_of(ready=DOWN, waits=(wait(key=PRODUCER),)), PROVED, proof_of(),
        ("False NoReadyPods", "False NoReadyPods", "False AtRest", "True NoReadyPods", "False NoFailure"),
    ),
    "reading-does-not-come-back": (
        visit_of(), PROVED, proof_of(fault="no answer"),
        ("False ProbeFailed", "False ProbeFailed", "False AtRest", "True ProbeFailed", "False NoFailure"),
    ),
    "reading-never-came-back": (
        visit_of(), NOTHING, proof_of(fault="no answer"),
        ("False ProbeFailed", "False ProbeFailed", "True Proving", "True ProbeFailed", "False NoFailure"),
    ),
    "stopped": (
        visit_of(STOPPED, ready={"producer": (0, 0), "analytics": (0, 0)}), NOTHING, None,
        ("True Stopped", "False Stopped", "False AtRest", "False NoFailure", "False NoFailure"),
    ),
    "producer-stopped-analytics-starting": (
        visit_of({"producer": {"replicas": 0}}, ready={"producer": (0, 0)}, waits=(wait(),)), NOTHING, None,
        ("False RollingOut", "False Stopped", "True RollingOut", "False NoFailure", "False NoFailure"),
    ),
    "invalid-at-first": (
        visit_of(ready={}, platform=None, refusal=Refusal(reason=Reason.INVALID_SPEC, message="no")), NOTHING, None,
        ("False InvalidSpec", "False InvalidSpec", "False InvalidSpec", "True InvalidSpec", "True InvalidSpec"),
    ),
    "invalid-while-it-serves": (
        visit_of(platform=None, refusal=Refusal(reason=Reason.INVALID_SPEC, message="no")), PROVED_BEFORE, None,
        ("False InvalidSpec", "Unknown InvalidSpec", "False InvalidSpec", "True InvalidSpec", "True InvalidSpec"),
    ),
    "secret-lost-while-it-serves": (
        visit_of(waits=(MISSING,)), PROVED, None,
        ("False SecretMissing", "True ReadingSeen", "False SecretMissing", "True SecretMissing", "True SecretMissing"),
    ),
    "paused-at-rest": (
        visit_of(paused=True), PROVED, None,
        ("True AsSpecified", "True ReadingSeen", "False Paused", "False NoFailure", "False NoFailure"),
    ),
    "paused-with-changes": (
        visit_of(paused=True, retiring=(Key("Job", "demo-prepare-1"),)), PROVED_BEFORE, None,
        ("False Paused", "Unknown Paused", "False Paused", "False NoFailure", "False NoFailure"),
    ),
    "write-forbidden": (
        replace(visit_of(), failures=FORBIDDEN), PROVED, None,
        ("False ApplyFailed", "True ReadingSeen", "False ApplyFailed", "True ApplyFailed", "True ApplyFailed"),
    ),
    "api-server-away-for-a-moment": (
        replace(visit_of(), failures=(Failure(change=change(), error=UnavailableError("late")),)), PROVED, None,
        ("True AsSpecified", "True ReadingSeen", "False AtRest", "False NoFailure", "False NoFailure"),
    ),
    "memory-is-an-endpoint": (
        visit_of({"architecture": "stream-memory"}, ready=CATCHING_UP),
        PROVED, None,
        ("False NoReadyPods", "False NoReadyPods", "False AtRest", "True NoReadyPods", "False NoFailure"),
    ),
}  # fmt: skip
KINDS = (
    ConditionType.READY,
    ConditionType.AVAILABLE,
    ConditionType.PROGRESSING,
    ConditionType.DEGRADED,
    ConditionType.STALLED,
)


@pytest.mark.parametrize("situation", TABLE)
def test_conditions_tell_the_situation(situation: str) -> None:
    visit, previous, proof, expected = TABLE[situation]
    status = status_of(visit, previous, proof)
    assert tuple(" ".join(told(status, kind)) for kind in KINDS) == expected


@pytest.mark.parametrize("situation", TABLE)
def test_every_condition_stands_in_every_status_once_and_of_this_generation(situation: str) -> None:
    visit, previous, proof, _ = TABLE[situation]
    status = status_of(visit, previous, proof)
    assert [condition.type for condition in status.conditions] == list(ConditionType)
    assert {condition.observed_generation for condition in status.conditions} == {status.observed_generation}
    assert all(condition.message for condition in status.conditions)


def as_kstatus_reads_it(status: PlatformStatus) -> str:
    """The rules of cli-utils, pkg/kstatus/status (generic.go, core.go), of an object that is observed and stands."""
    for condition in status.conditions:
        if condition.type is ConditionType.RECONCILING and condition.status is ConditionStatus.TRUE:
            return "InProgress"
        if condition.type is ConditionType.STALLED and condition.status is ConditionStatus.TRUE:
            return "Failed"
    return "Current" if told(status, ConditionType.READY)[0] == "True" else "InProgress"


@pytest.mark.parametrize("situation", TABLE)
def test_kstatus_reads_what_is_meant(situation: str) -> None:
    visit, previous, proof, expected = TABLE[situation]
    read = as_kstatus_reads_it(status_of(visit, previous, proof))
    ready, stalled = expected[0].startswith("True"), expected[-1].startswith("True")
    assert read == ("Current" if ready else "Failed" if stalled else "InProgress")


def test_a_failure_that_lasts_stalls_what_waits_for_it() -> None:
    visit = visit_of(waits=(wait(),), observed=BAD_IMAGE)
    later = NOW + 6 * 60 * 1_000_000
    assert told(status_of(visit, PROVED_BEFORE), ConditionType.STALLED) == ("False", "NoFailure")
    assert told(status_of(visit, PROVED_BEFORE, now=later), ConditionType.STALLED) == ("True", "ImagePullFailed")
    assert told(status_of(visit, PROVED_BEFORE, now=later), ConditionType.RECONCILING) == ("False", "ImagePullFailed")


def test_a_failure_beside_a_platform_at_rest_stalls_nothing() -> None:
    status = status_of(visit_of(observed=BAD_IMAGE), PROVED, now=after(3600))
    assert told(status, ConditionType.STALLED) == ("False", "NoFailure")


def test_a_time_of_transition_moves_with_its_status_alone() -> None:
    first = status_of(visit_of(), NOTHING, proof_of(), now=NOW)
    second = status_of(visit_of(ready=DOWN), first, proof_of(), now=after(60))
    moved = {
        new.type
        for old, new in zip(first.conditions, second.conditions, strict=True)
        if old.last_transition_time != new.last_transition_time
    }
    assert moved == {ConditionType.READY, ConditionType.AVAILABLE, ConditionType.DEGRADED}


def test_a_reason_changes_without_a_transition() -> None:
    first = status_of(visit_of(waits=(STARTING,)), now=NOW)
    second = status_of(visit_of(waits=(wait(),)), first, now=after(60))
    [old], [new] = (
        [one for one in status.conditions if one.type is ConditionType.PROGRESSING] for status in (first, second)
    )
    assert (old.reason, new.reason) == ("StartingServers", "RollingOut")
    assert old.last_transition_time == new.last_transition_time


def test_what_a_predecessor_saw_fail_stays_failed_until_it_is_tried_again() -> None:
    before = status_of(visit_of(), PROVED, proof_of(fault="no answer"))
    after_restart = status_of(visit_of(), before, None)
    assert told(after_restart, ConditionType.AVAILABLE) == ("False", "ProbeFailed")
    assert told(status_of(visit_of(), before, proof_of()), ConditionType.AVAILABLE) == ("True", "ReadingSeen")


def test_many_failures_are_told_in_a_message_that_can_be_read() -> None:
    failures = tuple(Said(Reason.NOT_READY, f"consumer-{number} waits") for number in range(9))
    [degraded] = [
        one for one in conditions_of(Standing(generation=1, failures=failures), (), "t") if one.type == "Degraded"
    ]
    assert degraded.message.endswith("consumer-4 waits; and 4 more")


SAID = st.builds(Said, st.sampled_from(Reason), st.text(max_size=20))
STANDINGS = st.builds(
    Standing,
    generation=st.integers(0, 9),
    refusal=st.none() | SAID,
    stuck=st.lists(SAID, max_size=2).map(tuple),
    failures=st.lists(SAID, max_size=8).map(tuple),
    is_stalled=st.booleans(),
    doing=st.none() | SAID,
    paused=st.none() | SAID,
    held_back=st.none() | st.text(max_size=9),
    stopped=st.sampled_from([(), ("producer",)]),
    unready=st.sampled_from([(), ("analytics",)]),
    serves=st.booleans(),
    proven=st.booleans(),
    disproof=st.none() | st.text(max_size=9),
    dangers=st.lists(SAID, max_size=2).map(tuple),
)


@given(STANDINGS)
def test_whatever_happens_conditions_do_not_contradict_one_another(standing: Standing) -> None:
    status = PlatformStatus(conditions=conditions_of(standing, (), "2026-11-22T19:00:00Z"))
    held = {condition.type for condition in status.conditions if condition.status is ConditionStatus.TRUE}
    assert not {ConditionType.RECONCILING, ConditionType.STALLED} <= held
    assert not {ConditionType.READY, ConditionType.DEGRADED} <= held
    assert not {ConditionType.READY, ConditionType.PROGRESSING} <= held
    if ConditionType.AVAILABLE in held:
        assert standing.proven
        assert not standing.unready
    if ConditionType.READY in held:
        assert ConditionType.AVAILABLE in held or standing.stopped
