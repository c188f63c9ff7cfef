"""The operator as its users install it: the chart, by helm, in a namespace of its own."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from tools.cluster.kubectl import Kubectl

ROOT: Final = Path(__file__).parents[2]
CHART: Final = ROOT / "charts" / "telemetry-operator"
INSTALL_SECONDS: Final = 180


class HelmError(Exception):
    """helm refused; the message holds its own words."""


class NotAloneError(Exception):
    """Another release looks after the whole cluster."""


class Release:
    """One release of the chart in one namespace, with the images that `make images` builds."""

    def __init__(self, kubectl: Kubectl, name: str, *, chart: Path = CHART) -> None:
        self.kubectl = kubectl
        self.name = name
        self.chart = chart

    def install(self, *options: str) -> None:
        """Install it, or bring it up to date, and wait until it is ready."""
        self.helm(
            "upgrade", "--install", self.name, str(self.chart), "--create-namespace", "--wait",
            "--timeout", f"{INSTALL_SECONDS}s", "--set", "image.tag=dev", *self._taking_over(), *options,
        )  # fmt: skip

    def _taking_over(self) -> tuple[str, ...]:
        """Options for definitions that somebody applied with kubectl before; Helm 4 asks for the second as well."""
        is_helm_3 = self.helm("version", "--template", "{{.Version}}").startswith("v3.")
        return ("--take-ownership",) if is_helm_3 else ("--take-ownership", "--force-conflicts")

    def refuse_others(self) -> None:
        """See to it that no other operator looks after the platforms that this one will.

        Raises:
            NotAloneError: there is one; the message says how it is ended.
        """
        for other in json.loads(self.helm("list", "--all-namespaces", "--output", "json")):
            place = (other["name"], other["namespace"])
            if self._is_for_all(other) and place != (self.name, self.kubectl.namespace):
                found = f"another operator looks after the whole cluster: release {place[0]} in {place[1]}"
                raise NotAloneError(f"{found}; helm uninstall {place[0]} --namespace {place[1]} ends it")

    def _is_for_all(self, other: dict[str, Any]) -> bool:
        if not other["chart"].startswith(f"{CHART.name}-"):
            return False
        place = Release(self.kubectl.within(other["namespace"]), other["name"])
        values = json.loads(place.helm("get", "values", other["name"], "--all", "--output", "json"))
        return not values["watch"]["namespaces"]

    def test(self) -> str:
        return self.helm("test", self.name, "--timeout", f"{INSTALL_SECONDS}s")

    def uninstall(self) -> None:
        self.helm("uninstall", self.name, "--wait", "--ignore-not-found")

    def helm(self, *arguments: str) -> str:
        """Return standard output.

        Raises:
            HelmError: it ended with an error.
        """
        place = ("--kube-context", self.kubectl.context.name, "--namespace", self.kubectl.namespace)
        argv = [shutil.which("helm") or "helm", *arguments, *place]
        ended = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS + 60)
        if ended.returncode != 0:
            raise HelmError(f"helm {' '.join(arguments)}: {ended.stderr.strip()}")
        return ended.stdout
