import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.failures import PodFailure
from telemetry_operator.reconcile.reporting.live import Pod, parse_live
from telemetry_operator.reconcile.reporting.pod_failures import PLACING_SECONDS, failures_of_pod
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.pieces import with_pieces_missing
from tests.unit.reconcile.recordings import CASES, LATER, pods_of

OF_THE_LAST_MOMENT = {
    "badname": (Reason.IMAGE_PULL_FAILED, "couldn't parse image name"),
    "config": (Reason.CONTAINER_NOT_STARTED, 'secret "nosecret" not found'),
    "crash": (Reason.CRASH_LOOPING, "exit code 1: POSTGRES_URL: not an address"),
    "image": (Reason.IMAGE_PULL_FAILED, "registry.example/telemetry/services:nope"),
    "init": (Reason.INIT_FAILED, "init container config: ends again and again with exit code 3: no template found"),
    "liveness": (Reason.CRASH_LOOPING, "signal 9"),
    "never": (Reason.IMAGE_PULL_FAILED, "not present with pull policy of Never"),
    "oom": (Reason.OUT_OF_MEMORY, "more memory than its limit"),
    "selector": (Reason.UNSCHEDULABLE, "didn't match Pod's node affinity/selector"),
    "startcmd": (Reason.CONTAINER_NOT_STARTED, "executable file not found"),
    "unready": (Reason.NOT_READY, "has not been ready"),
    "unschedulable": (Reason.UNSCHEDULABLE, "Insufficient cpu"),
    "noclass": (Reason.VOLUME_PENDING, "PersistentVolumeClaims"),
}


def failures(pod: Object, now: int = LATER) -> list[PodFailure]:
    return list(failures_of_pod(parse_live(pod, Pod), now))


@pytest.mark.parametrize("case", OF_THE_LAST_MOMENT)
def test_a_failing_pod_is_told_in_its_own_words(case: str) -> None:
    reason, words = OF_THE_LAST_MOMENT[case]
    [found] = failures(pods_of(case)[-1])
    assert found.reason is reason
    assert words in found.message


@pytest.mark.parametrize("case", ["crash", "image", "init", "oom", "startcmd"])
def test_all_moments_of_a_failure_are_told_alike(case: str) -> None:
    told = {failure for pod in pods_of(case) for failure in failures(pod)}
    assert len(told) == 1


def test_one_restart_is_no_failure() -> None:
    pods = [pod for pod in pods_of("liveness") if pod["status"].get("containerStatuses")]
    restarted_once = [pod for pod in pods if pod["status"]["containerStatuses"][0]["restartCount"] == 1]
    assert [failures(pod) for pod in restarted_once] == [[]]


def test_a_pod_that_came_up_again_is_trusted_after_a_while() -> None:
    pod = copy.deepcopy(pods_of("liveness")[-1])
    container = pod["status"]["containerStatuses"][0]
    container["ready"] = True
    ended = parse_time(container["lastState"]["terminated"]["finishedAt"])
    assert failures(pod, ended + 299 * MICROSECONDS_PER_SECOND) != []
    assert failures(pod, ended + 300 * MICROSECONDS_PER_SECOND) == []


@pytest.mark.parametrize("case", ["unschedulable", "noclass"])
def test_a_pod_may_take_a_while_to_be_placed(case: str) -> None:
    pod = pods_of(case)[-1]
    begun = parse_time(pod["status"]["conditions"][-1]["lastTransitionTime"])
    assert failures(pod, begun + int((PLACING_SECONDS - 1) * MICROSECONDS_PER_SECOND)) == []


def test_a_pod_that_no_node_takes_is_told_though_nobody_says_why() -> None:
    pod = copy.deepcopy(pods_of("unschedulable")[-1])
    pod["status"]["conditions"] = [{**it, "message": None} for it in pod["status"]["conditions"]]
    [failure] = failures(pod)
    assert (failure.reason, failure.message) == (Reason.UNSCHEDULABLE, "unschedulable: no node takes it")


@pytest.mark.parametrize("case", ["crash", "image", "unschedulable"])
def test_a_pod_that_is_being_deleted_fails_no_more(case: str) -> None:
    pod = copy.deepcopy(pods_of(case)[-1])
    pod["metadata"]["deletionTimestamp"] = "2026-11-22T18:48:00Z"
    assert failures(pod) == []


def test_a_servers_pod_is_told_by_its_name_and_others_by_their_component() -> None:
    [server], [service] = failures(pods_of("noclass")[-1]), failures(pods_of("crash")[-1])
    assert (server.component, service.component) == ("noclass-0", "crash")


@given(st.data())
def test_a_pod_of_which_pieces_are_missing_is_read_without_an_error(data: st.DataObject) -> None:
    pods = [pod for case in CASES for pod in pods_of(case)]
    pod = data.draw(st.sampled_from(pods).flatmap(with_pieces_missing))
    assert all(failure.message for failure in failures(pod))
