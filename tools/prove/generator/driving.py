"""The engine and a server of known delays, as processes: started for one proof, and gone after it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import psutil

from telemetry_contract.keys import Keyring, format_keyring
from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.measured import Began, Measured, decode_line
from telemetry_loadtest.plan import PieceOfRate, Plan, PlannedStage, Slo, TargetOfLoad, encode_plan
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import Measure
from tools.bench.layout import Layout, choose_layout, own_cores, pinned
from tools.bench.processes import ROOT
from tools.prove.generator.delays import Delays, Kept

KEYRING: Final = Keyring("k1", {"k1": b"nobody's secret but this server's"})
ENGINE: Final = (sys.executable, "-P", "-m", "telemetry_loadtest.engine")


class DrivingError(Exception):
    """The engine measured nothing; the text is what it last said."""


@dataclass(slots=True)
class Served:
    """A server that runs; what it kept is known when it has ended."""

    port: int
    kept: Kept = field(default_factory=Kept)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(delays: Delays) -> Iterator[Served]:
    """Serve on the core of servers while the block runs."""
    command = [sys.executable, "-m", "tools.prove.generator.server", msgspec.json.encode(delays).decode()]
    with pinned(layout().servers):
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
    with process:
        served = Served(int(process.stdout.readline()))
        try:
            yield served
        finally:
            told, _ = process.communicate()
            served.kept = msgspec.json.decode(told, type=Kept)


def drive(served: Served, rate: float, seconds: float, *, workers: int = 1, alone: bool = False) -> Measured:
    """Offer an even rate of single readings; `alone` gives the worker a core that nothing else has.

    Raises:
        DrivingError: nothing was measured.
    """
    with tempfile.TemporaryDirectory(prefix="telemetry-prove-") as directory:
        return _run(_plan(served, rate, seconds, workers, Path(directory)), Path(directory), alone=alone)


def good_answers(measured: Measured, measure: Measure = Measure.LATENCY) -> Histogram:
    """How long every good answer took, by default from its intended start."""
    found = (one for one in measured.histograms if one.good and one.measure is measure)
    return Histogram.merged(Histogram.decode(one.encoded) for one in found)


def layout() -> Layout:
    return choose_layout(own_cores())


def _plan(served: Served, rate: float, seconds: float, workers: int, directory: Path) -> Plan:
    keys = directory / "keys.json"
    keys.write_bytes(format_keyring(KEYRING))
    return Plan(
        run="proof",
        seed=1,
        stages=[PlannedStage("even", [PieceOfRate(seconds, rate, rate)])],
        weights={Endpoint.INGEST: 1.0},
        target=TargetOfLoad(served.address, served.address, str(keys)),
        slo=Slo([]),
        devices=workers,
        workers=workers,
        in_flight=10_000,
        connection_age=600.0,
        probes=0.0,
        measure_ceiling=False,
    )


def _run(plan: Plan, directory: Path, *, alone: bool) -> Measured:
    plan_file, result_file = directory / "plan.json", directory / "measured.json"
    plan_file.write_bytes(encode_plan(plan))
    command = [*ENGINE, str(plan_file), "--result", str(result_file)]
    with pinned(layout().load if alone else own_cores()):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
    last = ""
    with process:
        for text in process.stdout:
            last = text.decode()
            if alone and isinstance(decode_line(text), Began):
                _give_core(process.pid)
    if process.returncode:
        raise DrivingError(f"the engine measured nothing: {last}")
    return msgspec.json.decode(result_file.read_bytes(), type=Measured)


def _give_core(engine: int) -> None:
    """The worker gets the core of the program under test, for here it is that; the master stays with the server."""
    for worker in psutil.Process(engine).children():
        worker.cpu_affinity(list(layout().program))
