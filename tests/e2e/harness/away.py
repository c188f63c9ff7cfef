"""The API server as one operator sees it: through a door of its own, which can be shut without disturbing anybody.

The door is `kubectl proxy`. While its process is away, every connection is broken and new ones are refused.
"""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.cluster.kubectl import Kubectl, until

LOOPBACK: Final = "127.0.0.1"


class Door:
    """A way to the API server on a port that stays the same."""

    def __init__(self, kubectl: Kubectl, directory: Path) -> None:
        with socket.socket() as listener:
            listener.bind((LOOPBACK, 0))
            self._port = int(listener.getsockname()[1])
        self.kubeconfig = directory / "kubeconfig"
        self.kubeconfig.write_text(json.dumps(_configuration(f"http://{LOOPBACK}:{self._port}")))
        self._argv = kubectl.argv("proxy", f"--address={LOOPBACK}", f"--port={self._port}")
        self._process: subprocess.Popen[str] | None = None

    def open(self) -> None:
        self._process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL, text=True)
        until(self._is_open, what="the proxy listening")

    def shut(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _is_open(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex((LOOPBACK, self._port)) == 0


@contextmanager
def door(kubectl: Kubectl, directory: Path) -> Iterator[Door]:
    """An open door, for as long as the block lasts."""
    made = Door(kubectl, directory)
    made.open()
    try:
        yield made
    finally:
        made.shut()


def _configuration(server: str) -> dict[str, object]:
    name = "behind-the-door"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": {"token": "none"}}],
    }
