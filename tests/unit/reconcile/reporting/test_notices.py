from typing import Any

import pytest

from telemetry_operator.reconcile.plan import Cause, Visit
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.notices import Happening, Notice, notices_of
from telemetry_operator.specs.status import Choices, Condition, ConditionStatus, PlatformStatus, ProbeStatus
from tests.unit.reconcile.visits import GENERATION, change, visit_of

NOTHING = PlatformStatus()
QUIET = visit_of()


def condition(kind: str, status: str, reason: str = "AtRest", message: str = "so it is") -> Condition:
    return Condition.model_validate({
        "type": kind, "status": status, "reason": reason, "message": message, "observedGeneration": GENERATION,
        "lastTransitionTime": "2026-11-22T18:49:00Z",
    })  # fmt: skip


def status(*conditions: Condition, **given: Any) -> PlatformStatus:  # noqa: ANN401 - any field
    return PlatformStatus(conditions=conditions, **given)


def reasons(old: PlatformStatus, new: PlatformStatus, visit: Visit = QUIET) -> list[str]:
    return [notice.reason.value for notice in notices_of(old, new, visit)]


AVAILABLE, AWAY = condition("Available", "True", "ReadingSeen"), condition("Available", "False", "ProbeFailed")
UNKNOWN = condition("Available", "Unknown", "RollingOut")
FAILING, SOUND = condition("Degraded", "True", "CrashLooping"), condition("Degraded", "False", "NoFailure")
WORSE = condition("Degraded", "True", "ImagePullFailed")
PAUSED, RUNNING = condition("Paused", "True", "Paused"), condition("Paused", "False", "NotPaused")

TABLE: dict[str, tuple[PlatformStatus, PlatformStatus, list[str]]] = {
    "available for the first time": (NOTHING, status(AVAILABLE), ["Available"]),
    "still available": (status(AVAILABLE), status(AVAILABLE), []),
    "a new generation begins": (status(AVAILABLE), status(UNKNOWN), []),
    "no longer available": (status(AVAILABLE), status(AWAY), ["Unavailable"]),
    "no longer available, and why": (
        status(AVAILABLE, SOUND),
        status(AWAY, condition("Degraded", "True", "ProbeFailed")),
        ["Unavailable"],
    ),
    "not available from the first": (NOTHING, status(AWAY), []),
    "fails": (status(SOUND), status(FAILING), ["CrashLooping"]),
    "fails on": (status(FAILING), status(FAILING), []),
    "fails otherwise": (status(FAILING), status(WORSE), ["ImagePullFailed"]),
    "recovers": (status(FAILING), status(SOUND), ["Recovered"]),
    "sound from the first": (NOTHING, status(SOUND), []),
    "paused": (status(RUNNING), status(PAUSED), ["Paused"]),
    "resumed": (status(PAUSED), status(RUNNING), ["Resumed"]),
    "drains": (NOTHING, status(condition("Progressing", "True", "Draining")), ["Draining"]),
    "rolls out": (NOTHING, status(condition("Progressing", "True", "RollingOut")), []),
    "in a fight": (NOTHING, status(condition("Warning", "True", "PersistentFight")), ["PersistentFight"]),
    "risky": (NOTHING, status(condition("Warning", "True", "RiskySpec")), []),
}


@pytest.mark.parametrize("situation", TABLE)
def test_a_change_is_told_once(situation: str) -> None:
    old, new, expected = TABLE[situation]
    assert reasons(old, new) == expected


def choices(store: str, writes: str = "kafka") -> Choices:
    return Choices.model_validate({"writes": writes, "store": store, "reads": "direct", "scaling": "fixed"})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("postgres", "memory", "the history in PostgreSQL is kept, and not read until store is postgres"),
        ("memory", "postgres", "the history that Kafka still holds is stored in PostgreSQL"),
    ],
)
def test_a_change_of_architecture_says_what_becomes_of_history(old: str, new: str, words: str) -> None:
    before = status(choices=choices(old), architecture="one")
    after = status(choices=choices(new), architecture="other")
    [notice] = notices_of(before, after, QUIET)
    assert notice == Notice(Happening.ARCHITECTURE_CHANGED, f"one becomes other; {words}")


def test_what_was_put_back_is_told_with_who_changed_it() -> None:
    visit = visit_of(done=(change(by="kubectl-edit"),))
    [notice] = notices_of(NOTHING, NOTHING, visit)
    assert notice.note == "Deployment demo-producer: spec.replicas: 1 wanted, 3 found, changed by kubectl-edit"


def test_pods_are_replaced_for_a_reason() -> None:
    visit = visit_of(done=(change(cause=Cause.CHANGED, rolls=True, why="image: b wanted, a found"),))
    assert reasons(NOTHING, NOTHING, visit) == ["PodsReplaced"]


def test_an_object_that_is_made_first_is_no_news_and_one_that_comes_back_is() -> None:
    visit = visit_of(done=(change(cause=Cause.MISSING),))
    stood = status(probe=ProbeStatus(observed_generation=GENERATION))
    assert reasons(NOTHING, NOTHING, visit) == []
    assert reasons(stood, stood, visit) == ["Recreated"]
    revision = visit_of(done=(change(kind="Job", cause=Cause.MISSING),))
    assert reasons(stood, stood, revision) == []


def test_many_objects_are_not_told_one_by_one() -> None:
    visit = visit_of(done=tuple(change(name=f"demo-{number}") for number in range(40)))
    assert len(reasons(NOTHING, NOTHING, visit)) == 5


def test_a_stop_by_the_owner_is_no_warning() -> None:
    stopped = condition("Available", "False", Reason.STOPPED.value)
    [notice] = notices_of(status(AVAILABLE), status(stopped), QUIET)
    assert stopped.status is ConditionStatus.FALSE
    assert not notice.is_warning
