"""Which cluster may be worked in: ours, confirmed by its context's name and its server's address, and no other.

A current context may be anybody's production; what makes and deletes namespaces asks first.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Any, Final
from urllib.parse import urlsplit

OURS: Final = "telemetry"
OURS_ADDRESS: Final = IPv4Address("198.18.255.2")  # of the range for benchmarks (RFC 2544), which nobody routes
KIND: Final = "kind-telemetry"


class StrangeClusterError(Exception):
    """The current context is not one that may be worked in."""


@dataclass(frozen=True, slots=True)
class Context:
    """A confirmed context. `routed`: addresses of Services are reachable from here, otherwise they are forwarded."""

    name: str
    routed: bool
    node: str
    """Address at which the ports of the node answer."""


def confirm(view: dict[str, Any]) -> Context:
    """Return the context of `kubectl config view --minify -o json`.

    Raises:
        StrangeClusterError: it is neither our cluster nor the kind cluster that `make kind` makes.
    """
    name, server = str(view.get("current-context") or ""), _server(view)
    address = _address(server)
    if name == OURS and address == OURS_ADDRESS:
        return Context(name, routed=True, node=str(address))
    if name == KIND and address is not None and address.is_loopback:
        return Context(name, routed=False, node=str(address))
    found = f"the current context is {name!r} at {server or 'no server'}" if name else "there is no current context"
    raise StrangeClusterError(f"{found}; needed is {KIND!r} (make kind), or {OURS!r} at {OURS_ADDRESS}")


def current_context() -> Context:
    """Return the confirmed context of the environment's kubeconfig.

    Raises:
        StrangeClusterError: it is not ours, or there is no kubectl that could tell.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise StrangeClusterError("kubectl is not on PATH")
    command = [kubectl, "config", "view", "--minify", "--output", "json"]
    view = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return confirm(json.loads(view.stdout) if view.returncode == 0 else {})


def _server(view: dict[str, Any]) -> str:
    clusters = view.get("clusters") or []
    return str(clusters[0]["cluster"]["server"]) if clusters else ""


def _address(server: str) -> IPv4Address | None:
    try:
        address = ip_address(urlsplit(server).hostname or "")
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else None
