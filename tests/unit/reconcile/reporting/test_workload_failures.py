import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.failures import PodFailure, sort_failures
from telemetry_operator.reconcile.reporting.workload_failures import failures_of
from telemetry_operator.resources.objects import key_of
from tests.unit.reconcile.pieces import with_pieces_missing
from tests.unit.reconcile.recordings import CASES, LATER, observed, pods_of

FIRST = {
    "quota": (Reason.QUOTA_EXCEEDED, "quota: no pod may be made: exceeded quota: small, requested: limits.memory=64Mi"),
    "setquota": (Reason.QUOTA_EXCEEDED, "kafka: no pod may be made: exceeded quota: small"),
    "jobquota": (Reason.QUOTA_EXCEEDED, "prepare: no pod may be made: exceeded quota: small"),
    "forbidden": (Reason.PODS_FORBIDDEN, 'forbidden: no pod may be made: violates PodSecurity "restricted:latest"'),
    "account": (Reason.PODS_FORBIDDEN, "account: no pod may be made: error looking up service account e-fail/nosuch"),
    "secretvolume": (Reason.VOLUME_NOT_MOUNTED, 'SetUp failed for volume "keys" : secret "nokeys" not found'),
    "noclass": (Reason.VOLUME_PENDING, 'data-noclass-0: storageclass.storage.k8s.io "nosuch" not found'),
    "job": (Reason.PREPARE_FAILED, "backoff limit: FATAL password authentication failed for user telemetry"),
    "unready": (Reason.NOT_READY, "unready: runs, and has not been ready"),
}  # fmt: skip


@pytest.mark.parametrize("case", FIRST)
def test_what_fails_before_there_is_a_pod_is_told_first(case: str) -> None:
    reason, words = FIRST[case]
    first = failures_of(observed(case), LATER)[0]
    assert first.reason is reason
    assert words in first.message


def test_a_rollout_that_takes_too_long_is_stuck() -> None:
    found = failures_of(observed("unready", pods=[]), LATER)
    assert [failure.reason for failure in found] == [Reason.ROLLOUT_STUCK]


def test_a_job_that_is_tried_again_is_told_already() -> None:
    job = copy.deepcopy(CASES["job"]["objects"][0])
    job["status"]["conditions"] = []
    [found] = failures_of(observed("job", objects={key_of(job): job}), LATER)
    assert found.words == "failed, and is tried again: FATAL password authentication failed for user telemetry"


def test_the_job_of_an_older_revision_does_not_matter() -> None:
    failed = CASES["job"]["objects"][0]
    newer = {
        "kind": "Job",
        "metadata": {"name": "prepare-2", "creationTimestamp": "2026-11-22T18:48:00Z"},
        "status": {"conditions": [{"type": "Complete", "status": "True"}]},
    }
    both = {key_of(one): one for one in (newer, failed)}
    assert failures_of(observed("job", objects=both), LATER) == ()


def test_the_job_that_is_wanted_matters_even_if_it_is_the_older_one() -> None:
    wanted = {
        "kind": "Job",
        "metadata": {"name": "prepare-1", "creationTimestamp": "2026-11-22T18:00:00Z"},
        "status": {"conditions": [{"type": "Complete", "status": "True"}]},
    }
    both = {key_of(one): one for one in (wanted, CASES["job"]["objects"][0])}
    assert failures_of(observed("job", objects=both), LATER, {key_of(wanted)}) == ()
    assert failures_of(observed("job", objects=both), LATER) != ()


def test_pods_that_fail_alike_are_told_once() -> None:
    pods = [pod for pod in pods_of("crash") if pod["status"]["containerStatuses"][0]["restartCount"] > 1]
    assert len(pods) > 1
    assert len(failures_of(observed("crash", pods=pods), LATER)) == 1


def test_causes_come_before_what_they_cause() -> None:
    given = [
        PodFailure(Reason.NOT_READY, "producer", ""),
        PodFailure(Reason.CRASH_LOOPING, "producer", "exit code 1"),
        PodFailure(Reason.CRASH_LOOPING, "postgres-0", "exit code 1"),
        PodFailure(Reason.IMAGE_PULL_FAILED, "analytics", "not found"),
    ]
    assert [failure.component for failure in sort_failures(given)] == [
        "analytics",
        "postgres-0",
        "producer",
        "producer",
    ]


@given(st.permutations([PodFailure(reason, name, "") for reason in list(Reason)[:6] for name in ("kafka", "producer")]))
def test_the_order_does_not_depend_on_the_order_of_finding(found: list[PodFailure]) -> None:
    assert sort_failures(found) == sort_failures(reversed(found))


@given(st.data())
def test_objects_of_which_pieces_are_missing_are_read_without_an_error(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(sorted(CASES)))
    seen = observed(case)
    objects = {key: data.draw(with_pieces_missing(one)) for key, one in seen.objects.items()}
    claims = tuple(data.draw(with_pieces_missing(one)) for one in seen.claims)
    events = tuple(data.draw(with_pieces_missing(one)) for one in seen.events)
    failures_of(observed(case, objects=objects, claims=claims, events=events), LATER)
