"""What readers take out of a run's result: what is judged, which endpoints were called, all that they answered."""

from typing import Final

from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.results import Machine, Measure, Result, Second, length_of

_BUSY: Final = 0.25  # load per core before a run from which on the machine was not idle


def judged_stages(result: Result) -> set[str]:
    """The stages that count: not the warm-up, and not the draining behind the last."""
    return {stage.name for stage in result.stages if not stage.warm_up}


def judged_seconds(result: Result) -> list[Second]:
    stages = judged_stages(result)
    return [second for second in result.seconds if second.stage in stages]


def judged_length(result: Result) -> float:
    """For how many seconds the judged stages were offered; a run that was ended has its last one in part."""
    return sum(length_of(stage, result.seconds, result.until) for stage in result.stages if not stage.warm_up)


def endpoints(result: Result) -> list[str]:
    """The endpoints that were called, the most called first."""
    offered: dict[str, int] = {}
    for one in result.summaries:
        offered[one.endpoint] = offered.get(one.endpoint, 0) + one.offered
    return sorted(offered, key=lambda name: -offered[name])


def merged(result: Result, endpoint: str, measure: Measure = Measure.LATENCY) -> Histogram:
    """Everything good that one endpoint answered behind the warm-up."""
    judged = judged_stages(result)
    return Histogram.merged(
        Histogram.decode(one.encoded)
        for one in result.histograms
        if one.good and one.measure is measure and one.endpoint == endpoint and one.stage in judged
    )


def data_lost(result: Result) -> bool:
    """Whether the books are open: such a run has no throughput."""
    return result.books is not None and not result.books.closed


def is_busy(machine: Machine) -> bool:
    """Whether other work went on where the generator ran, before it began."""
    return machine.load_before is not None and machine.load_before > _BUSY * machine.cores
