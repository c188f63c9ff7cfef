"""Whether live objects are there in full, and what they lack, in words."""

from typing import Any

import pytest

from telemetry_operator.reconcile.planning.rollouts import (
    missing_of_deployment,
    missing_of_stateful_set,
    pods_of_other_templates,
    running_pods,
)
from telemetry_operator.resources.objects import Object

DONE = {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2}


def live(wanted: int | None = 2, /, **status: Any) -> Object:  # noqa: ANN401 - any field of a status
    spec = {} if wanted is None else {"replicas": wanted}
    return {"metadata": {"generation": 2}, "spec": spec, "status": {**DONE, **status}}


@pytest.mark.parametrize(
    ("deployment", "missing"),
    [
        (live(), None),
        (live(0, replicas=0, updatedReplicas=None, availableReplicas=None), None),
        (live(observedGeneration=1), "the newest revision has not begun"),
        ({"metadata": {"generation": 1}, "spec": {}}, "the newest revision has not begun"),
        (live(updatedReplicas=1), "1 of 2 pods are of the newest revision"),
        (live(replicas=3), "1 pods of an older revision are to go"),
        (live(availableReplicas=1), "1 of 2 pods are available"),
        (live(None, replicas=1, updatedReplicas=1, availableReplicas=0), "0 of 1 pods are available"),
    ],
)
def test_what_a_deployment_lacks(deployment: Object, missing: str | None) -> None:
    assert missing_of_deployment(deployment) == missing


@pytest.mark.parametrize(
    ("server", "missing"),
    [
        (live(), None),
        (live(readyReplicas=1), "1 of 2 pods are ready"),
        (live(currentRevision="a", updateRevision="b", updatedReplicas=1), "1 of 2 pods are of the newest revision"),
        # A StatefulSet that never changed has no revision but its first.
        (live(currentRevision="a", updateRevision="a", updatedReplicas=None), None),
        (live(observedGeneration=1), "the newest revision has not begun"),
    ],
)
def test_what_a_server_lacks(server: Object, missing: str | None) -> None:
    assert missing_of_stateful_set(server) == missing


def pod(component: str, mark: str, phase: str = "Running") -> Object:
    labels, notes = {"app.kubernetes.io/component": component}, {"telemetry.dev/template": mark}
    return {
        "metadata": {"name": f"{component}-{mark}", "labels": labels, "annotations": notes},
        "status": {"phase": phase},
    }


def test_pods_count_until_they_have_ended() -> None:
    leaving = pod("producer", "a")
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    pods = [leaving, pod("producer", "b", "Succeeded"), pod("consumer", "a"), pod("producer", "c", "Pending")]
    assert [one["metadata"]["name"] for one in running_pods(pods, "producer")] == ["producer-a", "producer-c"]


def test_a_pod_without_a_mark_is_of_another_template() -> None:
    bare = {"metadata": {"name": "x", "labels": {"app.kubernetes.io/component": "producer"}}}
    assert pods_of_other_templates([bare, pod("producer", "a")], "producer", "a") == (bare,)
