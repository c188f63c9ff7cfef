"""What the system did during a run in a cluster, made of what was collected: series, events, and how soon pods came.

Pure. The schema and the clock are those of runs on one machine (`benchmarks.system`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from telemetry_contract.settings import Component
from telemetry_loadtest.assembling import Surroundings
from telemetry_loadtest.collector.lines import Line, Readied, Scaled, events_of, series_of
from telemetry_loadtest.measured import Measured
from telemetry_loadtest.results import Arrived, Series
from telemetry_operator.reconcile.runs.collector import Collected
from telemetry_operator.resources.observer import asked_servers, unasked_servers
from telemetry_operator.specs.platform import TelemetryPlatform

METRICS: Final = ("metrics", "")
SILENT: Final = "the collector said nothing of it"
AUTOSCALER: Final = " autoscaler"
OF_TARGET: Final = "cpu-of-target"
CURRENT: Final = "current"


def surroundings_of(
    platform: TelemetryPlatform, measured: Measured, collected: Collected, notes: Sequence[str]
) -> Surroundings:
    system = series_of(collected.lines, measured.begin)
    producers = {one.pod for one in collected.lines if isinstance(one, Readied) and one.component == Component.PRODUCER}
    return Surroundings(
        system=[*system, *_unavailable(platform, collected, {one.source for one in system})],
        events=events_of(collected.lines, measured.begin, measured.duration),
        notes=notes,
        arrived=_arrived(measured, collected.lines, system),
        is_producer=producers.__contains__,
    )


def _unavailable(platform: TelemetryPlatform, collected: Collected, told: set[str]) -> Iterator[Series]:
    if collected.missing:
        yield from (Series(source, *METRICS, [], collected.missing) for source in ("servers", "pods"))
    else:
        silent = (server for server in asked_servers(platform) if server.value not in told)
        yield from (Series(server.value, *METRICS, [], SILENT) for server in silent)
    for server, why in unasked_servers(platform).items():
        yield Series(server.value, *METRICS, [], why)


def _arrived(measured: Measured, lines: Sequence[Line], system: Sequence[Series]) -> list[Arrived]:
    """Pods that were made and became ready during the run, in their order."""
    breach = min((one.breached_at for one in measured.bounds if one.breached_at is not None), default=None)
    found = {one for one in lines if isinstance(one, Readied)}
    pods = sorted(found, key=lambda one: (one.at, one.pod))
    return [
        Arrived(
            component=one.component,
            pod=one.pod,
            made=round(one.created - measured.begin, 3),
            ready=round(one.at - measured.begin, 3),
            breach=breach,
            crossing=_crossing(lines, system, one.component, measured.begin),
        )
        for one in pods
        if one.created >= measured.begin and one.at <= measured.begin + measured.duration
    ]


def _crossing(lines: Iterable[Line], system: Iterable[Series], component: str, begin: float) -> float | None:
    """When the component's autoscaler was first above what it aims at: as it was seen to be, or as it acted upon it."""
    mine = {one.measure: one.points for one in system if one.source == component + AUTOSCALER}
    seen = [at for at, share in mine.get(OF_TARGET, []) if share > 1]
    first = next((pods for _, pods in mine.get(CURRENT, [])), 0.0)
    scaled = [one for one in lines if isinstance(one, Scaled) and one.component == component and one.pods > first]
    times = [*seen, *(round(one.at - begin, 3) for one in scaled)]
    return min((at for at in times if at >= 0), default=None)
