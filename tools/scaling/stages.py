"""Where a program's processor time goes: py-spy samples it under load, and each sample belongs to a stage.

A sample's stage is that of its innermost frame that the table knows, so what a library does counts where it was asked
for. py-spy is no dependency: where it is not on the path this part is left out.
"""

import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.support.platform import Process
from tests.support.waiting import wait_until

from telemetry_contract.settings import Component
from tools.bench.layout import choose_layout, own_cores
from tools.bench.paths import DRAIN, PROGRAM, Paths
from tools.bench.processes import MeasurementError
from tools.bench.results import Settings
from tools.bench.rows import Kind
from tools.bench.site import Site
from tools.scaling.curves import row_of
from tools.scaling.results import Profile

SAMPLES_A_SECOND: Final = 100  # each stops the program for a moment
START_SECONDS: Final = 120.0  # until a backlog stands and its consumer runs
END_SECONDS: Final = 30.0
REST: Final = "the rest"

STAGES: Final = (
    ("metrics", ("prometheus_client/", "telemetry/core/metrics.py")),
    ("key", ("telemetry/core/http/credentials.py", "telemetry/producer/senders.py", "telemetry_contract/keys.py")),
    ("rate limit", ("telemetry/producer/limits.py", "telemetry/core/limits.py", "telemetry/core/redis/tokens.py")),
    ("parsing", ("telemetry_contract/parsing.py", "telemetry_contract/times.py", "telemetry_contract/faults.py")),
    ("identity", ("telemetry_contract/identity.py", "telemetry_contract/canonical.py")),
    ("records", ("telemetry_contract/records.py",)),
    ("Kafka", ("telemetry/core/kafka/", "confluent_kafka/")),
    ("storing", ("telemetry/core/postgres/", "telemetry/consumer/postgres_sink.py", "psycopg")),
    ("cache", ("telemetry/core/redis/", "telemetry/analytics/cached.py", "redis/")),
    ("batches", ("telemetry/consumer/",)),
    ("route", ("telemetry/producer/", "telemetry/core/api/", "telemetry/analytics/", "telemetry/core/tracing/")),
    ("HTTP", ("uvicorn/", "telemetry/core/connections.py", "h11/", "httptools/", "starlette/", "fastapi/")),
    ("event loop", ("asyncio/", "uvloop/", "telemetry/core/serving.py")),
)
"""Stages by parts of a file's path; the first that matches a frame."""


class NoSamplerError(Exception):
    """There is no py-spy: `.venv/bin/pip install py-spy`."""


def sampler() -> str:
    """Return py-spy's path: beside this Python, or on the path.

    Raises:
        NoSamplerError: there is none.
    """
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if found is None:
        raise NoSamplerError("there is no py-spy (.venv/bin/pip install py-spy): where the time goes is left out")
    return found


def profile(directory: Path, line: str, settings: Settings, program: str) -> Profile:
    """Put a path under load and sample its program.

    Raises:
        MeasurementError: there was nothing to sample.
    """
    row, preset = row_of(line)
    stacks = directory / "stacks.txt"
    with ExitStack() as stack:
        site = Site(stack, directory, choose_layout(own_cores()))
        (one,) = Paths(site, settings).measurements(row)
        one.prepare()
        platform = site.platform(preset, DRAIN if row.kind is Kind.DRAIN else "paths")
        process = platform.process(COMPONENTS[row.kind])
        seconds = round(settings.timing.seconds)
        sampling = threading.Thread(target=_sample, args=(program, process, seconds, stacks), daemon=True)
        sampling.start()
        measured = one.take()
        sampling.join(settings.timing.seconds + END_SECONDS)
    counted = count_stages(stacks.read_text().splitlines() if stacks.exists() else [])
    total = sum(counted.values())
    if not total or not measured.count:
        raise MeasurementError(f"{line}: nothing was sampled, or nothing answered: {measured.wrong}")
    microseconds = measured.cpu[PROGRAM] * measured.seconds / measured.count * 1e6
    shares = {stage: round(count / total, 4) for stage, count in counted.most_common()}
    return Profile(path=line, microseconds=round(microseconds, 1), samples=total, stages=shares)


def _sample(program: str, process: Process, seconds: int, stacks: Path) -> None:
    """Sample a program from when it runs, which the consumer does only when its backlog is there."""
    wait_until(lambda: process.is_running, what=f"{process.component} runs", timeout=START_SECONDS)
    process.until_ready()
    argv = [
        program, "record", "--pid", str(process.pid), "--format", "raw", "--full-filenames",
        "--rate", str(SAMPLES_A_SECOND), "--duration", str(seconds), "--output", str(stacks),
    ]  # fmt: skip
    subprocess.run(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds + END_SECONDS, check=False
    )


COMPONENTS: Final = {
    Kind.POST: Component.PRODUCER,
    Kind.GET: Component.ANALYTICS,
    Kind.DRAIN: Component.CONSUMER,
}


def count_stages(stacks: Iterable[str]) -> Counter[str]:
    """Return samples by stage; a line is frames from the outermost on, by semicolons, and how often they were seen."""
    found: Counter[str] = Counter()
    for line in stacks:
        frames, _, count = line.rpartition(" ")
        found[stage_of(frames.split(";"))] += int(count)
    return found


def stage_of(frames: list[str]) -> str:
    for frame in reversed(frames):
        for stage, parts in STAGES:
            if any(part in frame for part in parts):
                return stage
    return REST
