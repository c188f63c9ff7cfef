"""The operator as its users install it: the chart, by helm, in a namespace of its own."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tools.cluster.kubectl import Kubectl

ROOT: Final = Path(__file__).parents[2]
CHART: Final = ROOT / "charts" / "telemetry-operator"
INSTALL_SECONDS: Final = 180


class HelmError(Exception):
    """helm refused; the message holds its own words."""


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
            "--timeout", f"{INSTALL_SECONDS}s", "--set", "image.tag=dev", *options,
        )  # fmt: skip

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
