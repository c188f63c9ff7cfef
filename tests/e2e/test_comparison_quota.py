"""The quota of a comparison on a real cluster: what it says, whom it bounds, and that it goes."""

from typing import Any, Final

import pytest
from tools.cluster.kubectl import Kubectl, KubectlError, Object, until

from telemetry_operator.crds.definition import NAME as PLATFORM
from telemetry_operator.resources.comparison import QUOTA
from tests.e2e.test_comparisons import CELLS_SECONDS, SMALL, Comparison

LIMITS: Final = {"cpu": "4", "memory": "1536Mi"}
HARD: Final = {"limits.cpu": "4", "limits.memory": "1536Mi"}
DIFFERENT: Final[dict[str, Any]] = {
    "variants": [{"architecture": "baseline"}, {"name": "larger", "platform": {"producer": {"replicas": 2}}}],
    "limits": LIMITS,
}
STOP: Final = "telemetry.dev/stop=seen enough"

pytestmark = [pytest.mark.xdist_group("comparisons"), pytest.mark.usefixtures("release")]


def quotas(place: Kubectl) -> list[Object]:
    return list(place.list("resourcequotas"))


def pod_of(name: str, cpu: str, priority_class: str | None) -> Object:
    limits = {"cpu": cpu, "memory": "16Mi"}
    container = {
        "name": "nothing",
        "image": "telemetry/none",
        "resources": {"limits": limits, "requests": {"cpu": "1m"}},
    }
    marked = {"priorityClassName": priority_class} if priority_class else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], **marked},
    }


def refusal_of(place: Kubectl, pod: Object) -> str:
    try:
        place.apply(pod)
    except KubectlError as error:
        return str(error)
    return ""


def limits_of(pods: list[Object], kind: str) -> list[str]:
    return [container["resources"]["limits"][kind] for pod in pods for container in pod["spec"]["containers"]]


def test_a_quota_bounds_the_platform_and_nobody_else_and_goes_when_it_is_over(place: Kubectl) -> None:
    comparison = Comparison(place, "bounded", **{**SMALL, **DIFFERENT})
    until(lambda: comparison.parts("telemetrybenchmarks"), what="the first cell's run", seconds=CELLS_SECONDS)
    plan = comparison.status["plan"]
    assert (plan["quota"], plan["limits"]) == ("4 CPU, 1536Mi", ["baseline: 4 CPU, 1536Mi", "larger: 4 CPU, 1536Mi"])
    (quota,) = quotas(place)
    assert (quota["metadata"]["name"], quota["spec"]["hard"], quota["status"]["hard"]) == (QUOTA, HARD, HARD)

    (platform,) = comparison.parts(PLATFORM)
    ours = place.list("pods", f"app.kubernetes.io/instance={platform['metadata']['name']}")
    running = [pod for pod in ours if pod["status"]["phase"] == "Running"]
    (marked,) = {pod["spec"]["priorityClassName"] for pod in running}
    assert sum(map(in_thousandths, limits_of(running, "cpu"))) == in_thousandths(HARD["limits.cpu"])
    until(lambda: quotas(place)[0]["status"]["used"] == HARD, what="all of it used, by the platform alone", seconds=60)

    assert f"exceeded quota: {QUOTA}" in refusal_of(place, pod_of("more", "8", marked))
    assert refusal_of(place, pod_of("neighbour", "8", None)) == ""

    place("patch", "resourcequota", QUOTA, "--type=merge", "--patch", '{"spec": {"hard": {"limits.cpu": "64"}}}')
    until(lambda: quotas(place)[0]["spec"]["hard"] == HARD, what="the quota put back", seconds=CELLS_SECONDS)

    place("annotate", "ac", "bounded", STOP)
    comparison.until("phase", "Finished")
    until(lambda: not quotas(place), what="no quota", seconds=CELLS_SECONDS)


def in_thousandths(amount: str) -> int:
    return int(amount[:-1]) if amount.endswith("m") else int(amount) * 1000
