"""From here to a Service: by its own address where that is routed, else through `kubectl port-forward`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.cluster.kubectl import Kubectl, KubectlError

PUBLIC_PORT: Final = 8080


@contextmanager
def reachable(kubectl: Kubectl, service: str, port: int = PUBLIC_PORT) -> Iterator[str]:
    """The Service's URL, for as long as the block lasts."""
    if kubectl.context.routed:
        address = kubectl.need("service", service)["spec"]["clusterIP"]
        yield f"http://{address}:{port}"
        return
    argv = kubectl.argv("port-forward", f"service/{service}", f":{port}", "--address", "127.0.0.1")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as forwarding:
        try:
            yield f"http://{_forwarded(forwarding)}"
        finally:
            forwarding.terminate()


def _forwarded(forwarding: subprocess.Popen[str]) -> str:
    """The address that kubectl says it listens on: `Forwarding from ADDRESS -> PORT`."""
    said = forwarding.stdout.readline() if forwarding.stdout else ""
    address, arrow, _ = said.partition(" -> ")
    if not arrow:
        raise KubectlError(f"kubectl port-forward said {said!r}")
    return address.split()[-1]
