"""Two processes of one release, with rights in one namespace alone: who leads, what it may, how it hands over."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl, until
from tools.cluster.release import Release

from tests.e2e.harness.namespaces import own_namespace

LEASE = "operator"
PODS = "app.kubernetes.io/name=telemetry-operator"
HANDOVER_SECONDS = 60.0


@pytest.fixture(scope="module")
def watched(kubectl: Kubectl) -> Iterator[Kubectl]:
    """The one namespace that the operator looks after."""
    with own_namespace(kubectl) as own:
        yield own


@pytest.fixture(scope="module")
def home(kubectl: Kubectl, watched: Kubectl) -> Iterator[Kubectl]:
    """The namespace that the operator runs in, which takes only what is restricted."""
    with own_namespace(kubectl, {"pod-security.kubernetes.io/enforce": "restricted"}) as own:
        Release(own, "pair").install(
            "--set", "replicaCount=2", "--set", f"watch.namespaces={{{watched.namespace}}}",
            "--set", "crds.install=false", "--set", f"fullnameOverride={LEASE}",
        )  # fmt: skip
        yield own
        Release(own, "pair").uninstall()


def leader(home: Kubectl) -> str:
    lease = home.get("lease", LEASE) or {}
    return str(lease.get("spec", {}).get("holderIdentity", ""))


def standing_by(home: Kubectl, *names: str) -> set[str]:
    """Names of the pods that are ready and not among `names`."""
    ready = {
        pod["metadata"]["name"]
        for pod in home.list("pods", PODS)
        if any(it["type"] == "Ready" and it["status"] == "True" for it in pod["status"].get("conditions", []))
    }
    return ready - set(names)


def metric(home: Kubectl, name: str) -> float:
    path = f"/api/v1/namespaces/{home.namespace}/pods/{leader(home)}:8080/proxy/metrics"
    lines = home("get", "--raw", path).splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.partition(" ")[0].partition("{")[0] == name)


def test_one_leads_and_the_other_is_healthy_too(home: Kubectl) -> None:
    first = until(lambda: leader(home), what="a leader")
    assert len(until(lambda: standing_by(home, first), what="a process standing by")) == 1


def test_rights_in_the_namespace_are_enough_for_a_visit(home: Kubectl, watched: Kubectl) -> None:
    until(lambda: leader(home), what="a leader")
    watched.apply(
        {
            "apiVersion": "telemetry.dev/v1alpha1",
            "kind": "TelemetryPlatform",
            "metadata": {"name": "still", "namespace": watched.namespace},
            "spec": {"architecture": "baseline", "paused": True},
        }
    )
    until(lambda: metric(home, "telemetry_operator_visits_total"), what="a visit")
    assert metric(home, "telemetry_operator_platforms") == 1
    said = home("logs", leader(home))
    assert "forbidden" not in said.lower()


def test_a_leader_that_ends_hands_over_at_once(home: Kubectl) -> None:
    first = until(lambda: leader(home), what="a leader")
    until(lambda: standing_by(home, first), what="a process standing by")
    home("delete", "pod", first, "--wait=false")
    until(lambda: leader(home) not in {"", first}, what="another leader", seconds=HANDOVER_SECONDS)


def test_a_leader_that_lost_the_lease_ends_and_a_holder_that_is_silent_is_replaced(home: Kubectl) -> None:
    first = until(lambda: leader(home), what="a leader")
    home.patch("lease", LEASE, {"spec": {"holderIdentity": "somebody"}})
    until(lambda: exit_codes(home, first) == {1}, what="the end of the first", seconds=HANDOVER_SECONDS)
    until(lambda: leader(home) not in {"", "somebody"}, what="another leader", seconds=HANDOVER_SECONDS)
    until(lambda: first in standing_by(home), what="the first ready again", seconds=HANDOVER_SECONDS)


def exit_codes(home: Kubectl, pod: str) -> set[int]:
    """How the containers of a pod ended that were begun again."""
    statuses = home.need("pod", pod)["status"]["containerStatuses"]
    return {status["lastState"]["terminated"]["exitCode"] for status in statuses if status.get("lastState")}
