"""Measuring processes: started on their cores, given their plan, and gone when they have answered."""

import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tools.bench.layout import pinned
from tools.bench.plans import AnyPlan, Measured

ROOT: Final = Path(__file__).parents[2]
MOST_SECONDS: Final = 120.0


class Measurement(NamedTuple):
    """Something to measure: `prepare` starts what it needs and may be called again, `take` measures."""

    subject: str
    connections: int
    prepare: Callable[[], object]
    take: Callable[[], Measured]


class MeasurementError(Exception):
    """A measurement failed; the text is what its process last said."""


def measure(plan: AnyPlan, cores: Collection[int]) -> Measured:
    """Measure in a process of its own on these cores."""
    arguments = [sys.executable, "-m", "tools.bench.measure"]
    with pinned(cores):
        # A session of its own: Ctrl-C at the terminal is for us alone, and we end it.
        process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    try:
        output, errors = process.communicate(msgspec.json.encode(plan), timeout=MOST_SECONDS)
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise MeasurementError(f"{type(plan).__name__}: {errors.decode(errors='replace')[-2000:]}")
    return msgspec.json.decode(output, type=Measured)
