"""A TelemetryBenchmark becomes the plan that the engine is given: defaults filled in, bounds spelt out by endpoint."""

from collections.abc import Iterator

from telemetry_loadtest.plan import (
    DROPS,
    ERRORS,
    FRESHNESS,
    HealthLimits,
    PieceOfRate,
    Plan,
    PlannedBound,
    PlannedSearch,
    PlannedStage,
    Slo,
    TargetOfLoad,
)
from telemetry_loadtest.suites import CEILING_P95, Suite, Terms, even, terms_of
from telemetry_operator.specs.benchmark import BenchmarkSpec, Bound, Climb
from telemetry_operator.specs.load import Stage

ERROR_RATE = 0.01
DROP_RATE = 0.0
PROBE = "probe"
WARM_UP = "warm-up"


def plan_of(spec: BenchmarkSpec, run: str, target: TargetOfLoad, *, measure_ceiling: bool = True) -> Plan:
    """The plan of a run; that of a search for the suite `ceiling`, whose trials the engine makes."""
    terms = _terms(spec)
    return Plan(
        run=run,
        seed=spec.seed,
        stages=[_warm_up(spec, terms.stages[0]), *terms.stages],
        weights=spec.called,
        target=target,
        slo=_slo(spec, terms),
        spacing=spec.arrivals,
        devices=spec.devices,
        batch=spec.batch_size,
        workers=spec.workers,
        in_flight=spec.max_in_flight,
        timeout=spec.request_timeout.seconds,
        connection_age=spec.connection_age.seconds,
        deadline=spec.deadline.seconds if spec.deadline else None,
        probes=spec.probes_per_second,
        measure_ceiling=measure_ceiling,
        health=HealthLimits(
            cpu=spec.health.cpu,
            loop_lag=spec.health.loop_lag.milliseconds,
            slip=spec.health.slip.milliseconds,
            share=spec.health.share,
        ),
        search=_search(spec),
    )


def climb_of(spec: BenchmarkSpec) -> Climb:
    return spec.search or Climb()


def _search(spec: BenchmarkSpec) -> PlannedSearch | None:
    if spec.suite is not Suite.CEILING:
        return None
    return PlannedSearch(climb_of(spec).first, climb_of(spec).precision)


def _terms(spec: BenchmarkSpec) -> Terms:
    if spec.suite is Suite.CEILING:
        climb = climb_of(spec)
        return Terms((even(climb.first, climb.step.seconds),), p95=CEILING_P95, stop=True)
    if spec.suite is not None:
        return terms_of(spec.suite, spec.duration.seconds if spec.duration else None)
    return Terms(tuple(_planned(stage, number) for number, stage in enumerate(spec.stages, 1)))


def _planned(stage: Stage, number: int) -> PlannedStage:
    return PlannedStage(stage.name or f"{stage.form}-{number}", [PieceOfRate(*piece) for piece in stage.pieces])


def _warm_up(spec: BenchmarkSpec, first: PlannedStage) -> PlannedStage:
    """Even, at the rate with which the load begins; a tenth of its highest where it begins with nothing."""
    highest = max(max(piece.rate_begin, piece.rate_end) for piece in first.pieces)
    rate = first.pieces[0].rate_begin or highest / 10
    return PlannedStage(WARM_UP, [PieceOfRate(spec.warm_up.seconds, rate, rate)], warm_up=True)


def _slo(spec: BenchmarkSpec, terms: Terms) -> Slo:
    slo = spec.slo
    return Slo(
        bounds=list(_bounds(spec, terms)),
        window=slo.window.seconds,
        windows=slo.windows,
        samples=slo.min_samples,
        grace=slo.grace.seconds if slo.grace else 0.0,
        # A rate that is broken for good is known; to go on with it would only leave more behind.
        stop=terms.stop if slo.stop_on_breach is None or spec.suite is Suite.CEILING else slo.stop_on_breach,
    )


def _bounds(spec: BenchmarkSpec, terms: Terms) -> Iterator[PlannedBound]:
    """Every endpoint's bounds: those for it alone weigh more than those for each, and both more than a suite's."""
    for endpoint in spec.called:
        limits = {ERRORS: ERROR_RATE, DROPS: DROP_RATE}
        if terms.p95 is not None:
            limits["p95"] = terms.p95
        for bound in sorted(spec.slo.bounds, key=lambda one: one.endpoint is not None):
            if bound.endpoint in {None, endpoint}:
                limits |= _limits(bound)
        yield from (PlannedBound(endpoint, measure, limit) for measure, limit in limits.items())
    if spec.slo.freshness is not None:
        yield PlannedBound(PROBE, FRESHNESS, spec.slo.freshness.milliseconds)


def _limits(bound: Bound) -> dict[str, float]:
    shares = {ERRORS: bound.error_rate, DROPS: bound.drop_rate}
    given = {measure: share for measure, share in shares.items() if share is not None}
    return given | {name: limit.milliseconds for name, limit in bound.latencies}
