"""What an engine would have handed over for a made result."""

from datetime import datetime

from telemetry_loadtest.measured import Measured
from telemetry_loadtest.results import Result
from telemetry_loadtest.verdict import Cause
from telemetry_loadtest.windows import Accounts


def measured_of(result: Result) -> Measured:
    return Measured(
        cause=Cause.FINISHED,
        detail="",
        begin=datetime.fromisoformat(result.provenance.began).timestamp(),
        duration=result.duration,
        stages=result.stages,
        seconds=result.seconds,
        summaries=result.summaries,
        histograms=result.histograms,
        generator=result.generator,
        bounds=result.bounds,
        accounts=Accounts(),
        freshness=result.freshness,
    )
