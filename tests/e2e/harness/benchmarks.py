"""A TelemetryBenchmark in the cluster: its manifest, its status, what it is made of."""

from typing import Any, Final

from tools.cluster.kubectl import Kubectl, Object, until

from telemetry_operator.crds.benchmark import NAME
from tests.support.benchmarks import benchmark_manifest

RUN_SECONDS: Final = 240.0  # pods, a short load, the books: beside others on two cores
# What a busy machine does to the generator is not what these tests are about.
PATIENT: Final = {"cpu": 1, "loopLag": "30s", "slip": "30s", "share": 1}
LENIENT: Final = {"bounds": [{"p95": "30s", "errorRate": 1, "dropRate": 1}]}
SHORT: Final = {"stages": [{"name": "even", "duration": "10s", "rate": 20}], "warmUp": "2s"}
LONG: Final = {"stages": [{"name": "even", "duration": "5m", "rate": 5}], "warmUp": "2s"}
RUNNING: Final = "jobs,pods,secrets,services,networkpolicies"
"""What goes when a run is over, however it ended."""


class Benchmark:
    """One TelemetryBenchmark, of the platform of the case `plain` where nothing else is said."""

    def __init__(self, kubectl: Kubectl, name: str, **spec: Any) -> None:  # noqa: ANN401 - parts of a manifest
        self.kubectl = kubectl
        self.name = name
        usual = {"platform": "plain", "devices": 10, "existingData": "Allow", "health": PATIENT, "slo": LENIENT}
        self.kubectl.apply(benchmark_manifest(name, self.kubectl.namespace, **{**usual, **spec}))

    @property
    def status(self) -> dict[str, Any]:
        return dict(self.kubectl.need(NAME, self.name).get("status", {}))

    def until(self, *phases: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            status = self.status
            return status if status.get("phase") in phases else None

        found = until(reached, what=f"{self.name} in {' or '.join(phases)}", seconds=RUN_SECONDS)
        assert found is not None
        return found

    def until_cleared(self) -> None:
        """Until nothing of it runs or opens a door."""
        until(lambda: not self.parts(RUNNING), what=f"nothing of {self.name} runs", seconds=RUN_SECONDS)

    def parts(self, kinds: str = f"{RUNNING},configmaps") -> list[Object]:
        return list(self.kubectl.list(kinds, f"telemetry.dev/benchmark={self.name}"))

    def pods(self, component: str) -> list[Object]:
        selector = f"telemetry.dev/benchmark={self.name},app.kubernetes.io/component={component}"
        return list(self.kubectl.list("pods", selector))

    def kill(self, component: str) -> None:
        """Take away one pod of a component at once, as a node that is lost does."""
        pods = until(lambda: self.pods(component), what=f"a pod of {component}", seconds=RUN_SECONDS)
        self.kubectl("delete", "pod", pods[-1]["metadata"]["name"], "--grace-period=0", "--force")

    def delete(self) -> None:
        self.kubectl.delete(NAME, self.name)


def condition(status: dict[str, Any], kind: str) -> tuple[str, str]:
    return next((it["status"], it["reason"]) for it in status["conditions"] if it["type"] == kind)
