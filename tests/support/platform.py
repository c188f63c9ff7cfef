"""A platform of a test: the same programs with the same environment as everywhere, on servers that the test names.

The processes may be killed, stopped and started again one by one; ports and files stay the same.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from telemetry_contract.architecture import Writes
from telemetry_contract.keys import Keyring, format_keyring
from telemetry_contract.settings import PREFIX, Component, Variable
from telemetry_operator.environment import Binding, Endpoints, environment_of
from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform
from tests.support.ports import take_port
from tests.support.target import Target
from tests.support.waiting import wait_until

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 30


class Process:
    """One program of the platform."""

    def __init__(self, component: Component, environment: Mapping[str, str], log: Path) -> None:
        self.component = component
        self.environment = dict(environment)
        self.log = log
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._popen is not None
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def management_url(self) -> str:
        return f"http://{LOOPBACK}:{self.environment[Variable.MANAGEMENT_PORT]}"

    def start(self) -> Self:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        program = "telemetry.core.prepare" if self.component is Component.PREPARE else f"telemetry.{self.component}"
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", program], env=inherited | self.environment, stdout=log, stderr=log
            )
        return self

    def until_ready(self) -> Self:
        wait_until(self._is_ready, what=f"{self.component} is ready", timeout=90)
        return self

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        assert self._popen is not None
        return self._popen.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        assert self._popen is not None
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int | None:
        """End it as a supervisor does, and return its exit code."""
        if self._popen is None or self._popen.poll() is not None:
            return None
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        return self.wait()

    def metric(self, name: str, **labels: str) -> float:
        """Return one sample of its metrics, 0 where there is none yet."""
        wanted = "{" + ",".join(f'{key}="{value}"' for key, value in sorted(labels.items())) + "}" if labels else ""
        for line in httpx.get(f"{self.management_url}/metrics").text.splitlines():
            if line.startswith(f"{name}{wanted} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def _is_ready(self) -> bool:
        assert self._popen is not None
        assert self._popen.poll() is None, f"{self.component} ended: {self.log.read_text()[-3000:]}"
        try:
            return httpx.get(f"{self.management_url}/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


class RunningPlatform(Target):
    """The processes of one platform, from its manifest's spec and the addresses of servers."""

    def __init__(
        self,
        spec: Mapping[str, Any],
        directory: Path,
        *,
        name: str | None = None,
        postgres_url: str | None = None,
        redis_url: str | None = None,
        kafka_bootstrap: str | None = None,
    ) -> None:
        self.platform = TelemetryPlatform.model_validate(
            {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "metadata": {"name": name or f"test-{secrets.token_hex(4)}"},
                "spec": spec,
            }
        )
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        ports = [take_port() for _ in range(3)]
        keyring = Keyring("k1", {"k1": secrets.token_bytes(32)})
        keys_file, self.revocations_file = directory / "keys.json", directory / "revocations.json"
        keys_file.write_bytes(format_keyring(keyring))
        self.revocations_file.write_bytes(b"{}")
        self.endpoints = Endpoints(
            postgres_url=postgres_url,
            redis_url=redis_url,
            kafka_bootstrap=kafka_bootstrap,
            consumer_url=f"http://{LOOPBACK}:{ports[2]}",
            keys_file=str(keys_file),
            revocations_file=str(self.revocations_file),
        )
        self._ports = {Component.PRODUCER: ports[0], Component.ANALYTICS: ports[1], Component.CONSUMER: ports[2]}
        self.processes: dict[str, Process] = {}
        super().__init__(
            f"http://{LOOPBACK}:{ports[0]}",
            f"http://{LOOPBACK}:{ports[1]}",
            keyring,
            queued=self.platform.spec.choices.writes is Writes.KAFKA,
        )

    @property
    def components(self) -> list[Component]:
        """The components that run for as long as the platform does."""
        return [Component.PRODUCER, *([Component.CONSUMER] if self.queued else []), Component.ANALYTICS]

    def start(self) -> Self:
        code = self.process(Component.PREPARE).start().wait(120)
        assert code == 0, f"prepare failed: {(self.directory / 'prepare.log').read_text()[-3000:]}"
        for component in self.components:
            self.process(component).start()
        for component in self.components:
            self.process(component).until_ready()
        return self

    def process(self, component: Component, replica: int = 0) -> Process:
        """Return a replica's process, not started if it is a new one."""
        name = component.value if replica == 0 else f"{component}-{replica}"
        if name not in self.processes:
            self.processes[name] = Process(component, self._environment(component), self.directory / f"{name}.log")
        return self.processes[name]

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop()

    def _environment(self, component: Component) -> dict[str, str]:
        management_port = take_port()
        port = self._ports.get(component, management_port)
        binding = Binding(host=LOOPBACK, port=port, management_port=management_port, replicas=1)
        return environment_of(component, self.platform, self.endpoints, binding)
