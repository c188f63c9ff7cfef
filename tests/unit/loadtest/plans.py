"""Plans, reports and whole seconds for tests, from the few values that a test is about."""

from typing import Any

import msgspec

from telemetry_loadtest.histogram import Tally
from telemetry_loadtest.measuring import Counts, Whole
from telemetry_loadtest.plan import PieceOfRate, Plan, PlannedBound, PlannedStage, Slo, TargetOfLoad
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import HealthSample, Second
from telemetry_loadtest.windows import Cell, Report

LATEST = str(Endpoint.LATEST)


def plan_of(*bounds: PlannedBound, seconds: float = 10, **changes: Any) -> Plan:  # noqa: ANN401 - a plan's own
    """2 s of warm-up, then an even load; `slo` options by their names."""
    slo = {name: changes.pop(name) for name in list(changes) if name in Slo.__struct_fields__}
    plan = Plan(
        run="r1",
        seed=3,
        stages=[
            PlannedStage("warm-up", [PieceOfRate(2, 10, 10)], warm_up=True),
            PlannedStage("even", [PieceOfRate(seconds, 10, 10)]),
        ],
        weights={Endpoint.LATEST: 1.0},
        target=TargetOfLoad("http://p", "http://a", "keys.json"),
        slo=Slo(list(bounds), **slo),
    )
    return msgspec.structs.replace(plan, **changes)


def health_of(at: int, worker: int = 0, **values: Any) -> HealthSample:  # noqa: ANN401 - a sample's own
    given: dict[str, Any] = {"cpu": 0.1, "loop_lag": 1.0, "slip": 1.0, "connection_errors": 0, "in_flight": 0}
    return HealthSample(at, worker, **given | values)


def report_of(
    at: int, worker: int = 0, *, good: Tally | None = None, bad: int = 0, dropped: int = 0, stage: int = 1
) -> Report:
    """A second of one worker in which all that was offered was answered or dropped; latencies in µs."""
    answered = good or {}
    cells = [Cell(stage, LATEST, "200", True, answered, answered)] if answered else []
    if bad:
        cells.append(Cell(stage, LATEST, "503", False, {1000: bad}, {1000: bad}))
    offered = sum(answered.values()) + bad + dropped
    return Report(
        worker=worker, at=at, offered=[(stage, LATEST, offered)] if offered else [],
        dropped=[(stage, LATEST, dropped)] if dropped else [], started=offered - dropped, in_flight=0, waiting=0,
        cells=cells, health=health_of(at, worker),
    )  # fmt: skip


def whole_of(at: int, counts: Counts) -> Whole:
    second = Second(at, "even", counts.offered, 0, counts.good, counts.bad, counts.dropped, 0, 0, True, {})
    return Whole(second, {LATEST: counts})
