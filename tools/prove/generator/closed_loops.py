"""The same server under a closed loop: at low load nobody waits in line, and both must find the same.

A closed loop counts from when it wrote its request, for it has no intended start: `service` is what it measures too.
How much later than intended the open model wrote is told beside it; a timer of a millisecond is most of that.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final, NamedTuple

from telemetry_loadtest.results import Measure
from tools.bench.layout import own_cores
from tools.bench.plans import Http, Timing
from tools.bench.processes import measure
from tools.prove.generator.delays import Delays
from tools.prove.generator.driving import Served, drive, good_answers, layout, serving
from tools.prove.generator.findings import CLOSED_LOOP_SHARE, Finding, near

DELAYS: Final = Delays(0.05)
CONNECTIONS: Final = 4
SECONDS: Final = 10
RATE: Final = CONNECTIONS / DELAYS.base
_UNITS: Final = {"us": 1e-3, "ms": 1.0, "s": 1e3}
_MEAN: Final = re.compile(r"Latency\s+([\d.]+)(us|ms|s)\b")
_MEDIAN: Final = re.compile(r"50%\s+([\d.]+)(us|ms|s)\b")


class Loop(NamedTuple):
    """What a closed loop found, milliseconds."""

    name: str
    mean: float
    p50: float


def prove_closed_loop() -> Iterator[Finding]:
    with serving(DELAYS) as served:
        measured = drive(served, RATE, SECONDS)
    found, latency = (good_answers(measured, measure).percentiles() for measure in (Measure.SERVICE, Measure.LATENCY))
    assert found is not None  # noqa: S101 - a run without one good answer ends otherwise
    assert latency is not None  # noqa: S101 - as above
    for loop in (_ours(), _wrk()):
        if loop is None:
            yield Finding("closed-loop", "wrk", "it is not installed", "")
            continue
        yield near("closed-loop", f"mean beside {loop.name}", found.mean, loop.mean, CLOSED_LOOP_SHARE)
        yield near("closed-loop", f"p50 beside {loop.name}", found.p50, loop.p50, CLOSED_LOOP_SHARE)
    yield Finding("closed-loop", "written after the intended start, mean", f"{latency.mean - found.mean:.2f} ms", "")


def _ours() -> Loop:
    """The loop of `make bench`. Its mean follows from its rate: a connection does nothing but wait."""
    with serving(DELAYS) as served:
        plan = Http(
            timing=Timing(1.0, SECONDS), port=served.port, path="/{device}", devices=["any"], credentials=["none"],
            connections=CONNECTIONS, expected=200,
        )  # fmt: skip
        found = measure(plan, layout().load if len(own_cores()) > 1 else own_cores())
    assert found.p50 is not None  # noqa: S101 - of ten seconds with a server that is well
    return Loop("make bench's loop", 1000 * CONNECTIONS / found.rate, found.p50)


def _wrk() -> Loop | None:
    program = shutil.which("wrk")
    if program is None:
        return None
    with serving(DELAYS) as served:
        return read_wrk(_run_wrk(program, served))


def _run_wrk(program: str, served: Served) -> str:
    options = ["--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{SECONDS}s", "--latency"]
    command = [program, *options, f"{served.address}/any"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS + 30).stdout


def read_wrk(text: str) -> Loop:
    """What wrk printed: `Latency   20.53ms ...` is the mean, `50%   20.50ms` the median."""
    mean, median = (_milliseconds(pattern.search(text)) for pattern in (_MEAN, _MEDIAN))
    return Loop("wrk", mean, median)


def _milliseconds(found: re.Match[str] | None) -> float:
    if found is None:
        raise ValueError("wrk printed no latency: another version than 4?")
    return float(found[1]) * _UNITS[found[2]]
