"""From here to a Service: by its own address where that is routed, else through `kubectl port-forward`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.e2e.harness.kubectl import Kubectl

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
            assert forwarding.stdout is not None
            said = forwarding.stdout.readline()  # Forwarding from 127.0.0.1:40123 to a port, as `address -> port`
            assert "->" in said, f"the Service {service} is not forwarded: {said!r}"
            yield f"http://{said.split(' -> ')[0].split()[-1]}"
        finally:
            forwarding.terminate()
