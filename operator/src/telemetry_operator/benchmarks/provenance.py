"""How a run can be had again: its command, seed, versions, and the machine that it was had on."""

import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from secrets import token_hex
from typing import Final

import psutil

from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_loadtest.results import Machine, Platform, Provenance
from telemetry_operator.specs.benchmark import TelemetryBenchmark

PACKAGES: Final = ("telemetry-operator", "telemetry-loadtest", "telemetry-services", "locust", "hdrhistogram")


def name_run(benchmark: TelemetryBenchmark) -> str:
    """A name for one run: the benchmark's, when it began, and something by chance."""
    return f"{benchmark.metadata.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}"


def machine() -> Machine:
    """This machine, before the run."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        processor=platform.processor() or platform.machine(),
        cores=psutil.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        load_before=round(psutil.getloadavg()[0], 2),
        shared=True,
    )


def provenance_of(
    benchmark: TelemetryBenchmark, *, run: str, text: str, began: float, loaded: Platform, here: Machine
) -> Provenance:
    """`began` is in seconds since the epoch."""
    return Provenance(
        run=run,
        name=benchmark.metadata.name,
        began=_time(began),
        ended=now(),
        seed=benchmark.spec.seed,
        command=["telemetryctl", *sys.argv[1:]],
        manifest=text,
        versions=versions(),
        machine=here,
        platform=loaded,
    )


def versions() -> dict[str, str]:
    """What a run's figures depend on: the interpreter and our packages."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def now() -> str:
    return _time(time.time())


def _time(seconds: float) -> str:
    return format_time(int(seconds * MICROSECONDS_PER_SECOND))
