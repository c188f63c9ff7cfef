"""Histograms of several workers added up are the histogram of one: the same values, bit for bit."""

from collections.abc import Iterator
from typing import Final

from telemetry_loadtest.checking import Judged
from telemetry_loadtest.measuring import Measurement
from telemetry_loadtest.plan import PieceOfRate, Plan, PlannedStage, Slo, TargetOfLoad
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import HealthSample
from telemetry_loadtest.signals import uniform
from telemetry_loadtest.windows import Recorder
from tools.prove.generator.findings import Finding

VALUES: Final = 100_000
WORKERS: Final = 4
_DECADES: Final = 7.7  # 1 µs to 50 s
_GOOD: Final = Judged("200", good=True)


def prove_merging() -> Iterator[Finding]:
    """The same latencies through one worker's recorder and through four, as the master adds them up."""
    one, four = _measured(1), _measured(WORKERS)
    same = one.histograms() == four.histograms() and one.summaries() == four.summaries()
    shown = "the same text" if same else "other texts"
    yield Finding("merging", f"{VALUES:,} latencies by {WORKERS} workers", shown, "one worker's", "equal", same)


def _measured(workers: int) -> Measurement:
    plan = Plan(
        run="proof", seed=1, stages=[PlannedStage("even", [PieceOfRate(1, 1, 1)])], weights={Endpoint.INGEST: 1.0},
        target=TargetOfLoad("", "", ""), slo=Slo([]), workers=workers,
    )  # fmt: skip
    measurement, recorders = Measurement(plan), [Recorder() for _ in range(workers)]
    for number in range(VALUES):
        latency = round(10 ** (_DECADES * uniform(1, number)))
        recorder = recorders[number % workers]
        recorder.offer(0, Endpoint.INGEST)
        recorder.start()
        recorder.end(0, Endpoint.INGEST, _GOOD, latency, latency)
    for worker, recorder in enumerate(recorders):
        measurement.take(recorder.cut(waiting=0, health=HealthSample(0, worker, 0, 0, 0, 0, 0)))
    return measurement
