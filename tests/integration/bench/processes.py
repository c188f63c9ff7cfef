"""Master and workers as they are in a cluster: processes that know addresses, and a result that is fetched."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import msgspec

from telemetry_loadtest.credentials import encode_credentials, issue_credentials
from telemetry_loadtest.endings import Ending, parse_last_words
from telemetry_loadtest.plan import Plan, encode_plan
from telemetry_loadtest.progress import Progress, decode_progress
from tests.integration.bench.conftest import KEYRING
from tests.support.ports import take_port

PATIENCE = 120.0  # seconds, for processes that start on a busy machine


class Apart:
    """A plan, and the processes that it is given to; all are gone with the test."""

    def __init__(self, directory: Path, plan: Plan, stack: ExitStack) -> None:
        self.directory = directory
        self.port, self.control_port = take_port(), take_port()
        self._stack = stack
        credentials = directory / "credentials.json"
        credentials.write_bytes(encode_credentials(issue_credentials(plan, KEYRING, time.time())))
        target = msgspec.structs.replace(plan.target, keys_file="", credentials_file=str(credentials))
        (directory / "plan.json").write_bytes(encode_plan(msgspec.structs.replace(plan, target=target)))
        (directory / "token").write_text("let me in\n")
        headers = {"Authorization": "Bearer let me in"}
        self.client = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{self.control_port}", headers=headers, trust_env=False)
        )

    def master(self, *options: str) -> subprocess.Popen[bytes]:
        control = ("--control-host", "127.0.0.1", "--control-port", str(self.control_port))
        token = ("--control-token", str(self.directory / "token"))
        return self._start("master", "--master", *control, *token, *options)

    def worker(self, number: int, *options: str) -> subprocess.Popen[bytes]:
        return self._start(f"worker-{number}", "--worker", str(number), *options)

    def last_words(self, name: str) -> tuple[Ending, str]:
        return parse_last_words((self.directory / name).read_text())

    def answers(self, path: str) -> bool:
        try:
            return self.client.get(path).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def progress(self) -> Progress:
        return decode_progress(self.client.get("/progress").content)

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        common = ("--master-port", str(self.port), "--last-words", str(self.directory / name))
        command = [sys.executable, "-P", "-m", "telemetry_loadtest.engine", str(self.directory / "plan.json")]
        process = subprocess.Popen([*command, *common, *arguments], stdout=subprocess.DEVNULL)
        self._stack.callback(_end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
