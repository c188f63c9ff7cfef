"""The operator as a process of this machine: started, asked for its metrics, ended."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from tools.cluster.kubectl import until

END_SECONDS: Final = 30.0
MIB: Final = 2**20
_BUCKET: Final = re.compile(r'^telemetry_operator_visit_duration_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)

Buckets = dict[float, float]
"""Visits that took at most so many seconds, by those seconds."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A running operator."""

    pid: int
    port: int
    log: Path
    exit_code: Callable[[], int | None]
    """None while it runs."""

    def leads(self) -> bool:
        try:
            return "telemetry_operator_leader 1.0" in self.metrics()
        except (URLError, OSError):
            return False

    def metrics(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    def visits(self) -> Buckets:
        return {float(bound): float(count) for bound, count in _BUCKET.findall(self.metrics())}

    def peak_mib(self) -> float:
        """The most memory that it ever had, resident."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) * 1024 / MIB

    def writes(self) -> int:
        """Objects written so far, by its log."""
        return self.log.read_text().count('"event": "object-written"')


@contextmanager
def operating(namespace: str, directory: Path, **environment: str) -> Iterator[Operator]:
    """The operator of this checkout, looking after one namespace; its Lease is there, too.

    Args:
        namespace: the one that it looks after.
        directory: for its log.
        environment: more variables, such as a KUBECONFIG of its own.
    """
    prefix = "TELEMETRY_OPERATOR_"
    port, log = _free_port(), directory / "operator.log"
    settings = {
        "SERVICES_IMAGE": "stub", "NAMESPACES": namespace, "NAMESPACE": namespace, "HEALTH_HOST": "127.0.0.1",
        "HEALTH_PORT": str(port), "LOG_FORMAT": "json",
    }  # fmt: skip
    variables = os.environ | {prefix + name: value for name, value in settings.items()} | environment
    with log.open("w") as out:
        argv = [sys.executable, "-m", "telemetry_operator.operate"]
        process = subprocess.Popen(argv, env=variables, stdout=out, stderr=subprocess.STDOUT)
    operator = Operator(process.pid, port, log, process.poll)
    try:
        until(lambda: _leads(operator), what="the operator leading")
        yield operator
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(END_SECONDS)


def quantile(share: float, before: Buckets, after: Buckets) -> float:
    """Seconds within which that share of the visits between two looks ended, interpolated within its bucket."""
    counts = {bound: after[bound] - before.get(bound, 0.0) for bound in sorted(after)}
    rank = share * max(counts.values())
    lower, below = 0.0, 0.0
    for bound, count in counts.items():
        if count >= rank and count > below:
            return lower if bound == float("inf") else lower + (bound - lower) * (rank - below) / (count - below)
        lower, below = bound, count
    return lower


def _leads(operator: Operator) -> bool:
    """Raises where it has ended instead."""
    if operator.exit_code() is not None:
        raise RuntimeError(f"the operator ended with {operator.exit_code()}: {operator.log.read_text()[-2000:]}")
    return operator.leads()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
