"""Results of runs that never ran: believable, made from a seed, consistent in themselves.

Seconds, summaries and histograms are counted from the same drawn latencies, so that a report's numbers can be checked
against one another.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from telemetry_loadtest.histogram import Histogram, quantized
from telemetry_loadtest.results import (
    Books,
    Bound,
    EndpointSecond,
    EndpointSummary,
    Event,
    Freshness,
    Generator,
    HealthSample,
    Machine,
    Measure,
    Platform,
    Provenance,
    Result,
    Second,
    Series,
    Stage,
    StageSummary,
    StoredHistogram,
    Tally,
    Verdict,
)

Latencies = dict[tuple[str, str, bool], list[int]]  # µs by stage, endpoint, and whether good

STAGES: Final = (
    Stage("warm-up", 0, 15, 100, 100, warm_up=True),
    Stage("hold 100", 15, 75, 100, 100),
    Stage("ramp", 75, 135, 100, 300),
    Stage("hold 300", 135, 195, 300, 300),
)
SHARES: Final = {"ingest": 0.5, "latest": 0.4, "history": 0.07, "aggregate": 0.03}
TYPICAL: Final = {"ingest": 3_000, "latest": 1_400, "history": 6_000, "aggregate": 9_000}  # µs, unloaded

LIMITS: Final = (("ingest", "p95", 95, 20.0), ("latest", "p95", 95, 10.0), ("latest", "p99", 99, 50.0))
STALL: Final = 110  # the second in which the platform stands still


@dataclass(frozen=True)
class Recipe:
    """What the made run is like. `slower` multiplies latencies, `failing` is the share of answers that are bad."""

    run: str = "20260131-120000-kafka"
    seed: int = 1
    slower: float = 1.0
    failing: float = 0.0
    stall: bool = True
    stages: tuple[Stage, ...] = STAGES
    preset: str = "kafka"
    choices: dict[str, str] = field(
        default_factory=lambda: {"writes": "kafka", "store": "postgres", "reads": "redis", "scaling": "hpa"}
    )


def make_result(recipe: Recipe | None = None) -> Result:
    """Return a whole result as the recipe has it."""
    recipe = recipe or Recipe()
    draw = np.random.default_rng(recipe.seed)
    making = _Making(recipe, draw)
    seconds, kept = making.seconds(), making.kept
    bounds = _bounds(kept, recipe)
    failed = [bound for bound in bounds if not bound.held]
    return Result(
        provenance=_provenance(recipe),
        plan={"run": recipe.run, "seed": recipe.seed},
        verdict=Verdict.FAILED if failed else Verdict.PASSED,
        reason="; ".join(f"{one.endpoint} {one.measure}" for one in failed) or "every bound held, and the books close",
        duration=recipe.stages[-1].end + 0.4,
        stages=list(recipe.stages),
        seconds=seconds,
        stage_summaries=[_stage_summary(stage, seconds) for stage in recipe.stages],
        summaries=[_summary(stage, name, seconds, kept) for stage in recipe.stages for name in SHARES],
        histograms=_histograms(kept),
        generator=_generator(seconds, draw),
        bounds=bounds,
        books=_books(seconds),
        freshness=Freshness(180, 0, 212.4, 640.1, 918.7, 1204.0),
        system=_system(seconds, draw),
        events=[Event(101.5, "consumer: 1 → 2 replicas asked for"), Event(109.0, "consumer: 2 replicas ready")],
    )


@dataclass
class _Making:
    """The draw of one run, and the latencies drawn so far."""

    recipe: Recipe
    draw: np.random.Generator
    kept: Latencies = field(default_factory=dict)

    def seconds(self) -> list[Second]:
        seconds, level = [], 0.0
        for stage in self.recipe.stages:
            for at in range(int(stage.begin), int(stage.end)):
                level = 0.6 * level + self.draw.normal(0, 0.04)
                seconds.append(self._second(stage, at, level))
        return seconds

    def _second(self, stage: Stage, at: int, level: float) -> Second:
        rate = stage.rate_begin + (stage.rate_end - stage.rate_begin) * (at - stage.begin) / (stage.end - stage.begin)
        endpoints = {}
        for name, share in SHARES.items():
            center = TYPICAL[name] * self.recipe.slower * (1 + rate / 600) * np.exp(level)
            latencies = self.draw.lognormal(np.log(center), 0.45, max(1, round(rate * share)))
            if self.recipe.stall and at == STALL:
                latencies += self.draw.uniform(0, 800_000, len(latencies))
            endpoints[name] = self._counted(stage.name, name, [quantized(int(one)) for one in latencies])
        good, bad = (sum(getattr(one, what) for one in endpoints.values()) for what in ("good", "bad"))
        return Second(at, stage.name, good + bad, good + bad, good, bad, 0, 0, 0, conserved=True, endpoints=endpoints)

    def _counted(self, stage: str, name: str, latencies: list[int]) -> EndpointSecond:
        bad = self.draw.random(len(latencies)) < self.recipe.failing
        for one, wrong in zip(latencies, bad, strict=True):
            self.kept.setdefault((stage, name, not wrong), []).append(one)
        p50, p95, p99 = (np.percentile(latencies, (50, 95, 99)) / 1000).tolist()
        buckets, counts = np.unique(np.floor(10 * np.log10(latencies)).astype(int), return_counts=True)
        spread = [(int(bucket), int(count)) for bucket, count in zip(buckets, counts, strict=True)]
        return EndpointSecond(int((~bad).sum()), int(bad.sum()), p50, p95, p99, spread)


def histogram_of(values: list[int]) -> Histogram:
    found, counts = np.unique(values, return_counts=True)
    return Histogram.of([(int(value), int(count)) for value, count in zip(found, counts, strict=True)])


def _judged(kept: Latencies, recipe: Recipe, endpoint: str, *, good: bool) -> list[int]:
    stages = [stage.name for stage in recipe.stages if not stage.warm_up]
    return [value for stage in stages for value in kept.get((stage, endpoint, good), [])]


def _bounds(kept: Latencies, recipe: Recipe) -> list[Bound]:
    bounds = []
    for endpoint, measure, share, limit in (
        ("ingest", "p95", 95, 20.0),
        ("latest", "p95", 95, 10.0),
        ("latest", "p99", 99, 50.0),
    ):
        histogram = histogram_of(_judged(kept, recipe, endpoint, good=True))
        value = histogram.percentile(share)
        assert value is not None
        bounds.append(Bound(endpoint, measure, limit, value, histogram.count, value <= limit))
    good, bad = (len(_judged(kept, recipe, "ingest", good=one)) for one in (True, False))
    errors = bad / (good + bad)
    return [*bounds, Bound("ingest", "errors", 0.01, errors, good + bad, errors <= 0.01)]


def _stage_summary(stage: Stage, seconds: list[Second]) -> StageSummary:
    mine, length = [one for one in seconds if one.stage == stage.name], stage.end - stage.begin
    offered, good = sum(one.offered for one in mine), sum(one.good for one in mine)
    return StageSummary(stage.name, offered / length, sum(one.good + one.bad for one in mine) / length, good / length)


def _summary(stage: Stage, endpoint: str, seconds: list[Second], kept: Latencies) -> EndpointSummary:
    mine = [one.endpoints[endpoint] for one in seconds if one.stage == stage.name]
    good, bad = sum(one.good for one in mine), sum(one.bad for one in mine)
    latency = histogram_of(kept[stage.name, endpoint, True]).percentiles()
    service = histogram_of(_service(kept[stage.name, endpoint, True])).percentiles()
    return EndpointSummary(stage.name, endpoint, good + bad, good, bad, 0, latency, service)


def _service(latencies: list[int]) -> list[int]:
    """From the writing of the request on: a little less, and nothing of a stall's queue."""
    return [quantized(max(1, min(value, 400_000) - 150)) for value in latencies]


def _histograms(kept: Latencies) -> list[StoredHistogram]:
    return [
        StoredHistogram(
            stage, endpoint, "200" if good else "503", good, measure, len(values), histogram_of(values).encode()
        )
        for (stage, endpoint, good), latencies in kept.items()
        for measure, values in ((Measure.LATENCY, latencies), (Measure.SERVICE, _service(latencies)))
    ]


def _generator(seconds: list[Second], draw: np.random.Generator) -> Generator:
    samples = [
        HealthSample(
            one.at,
            worker,
            round(one.offered / 2 / 2600 + 0.04 + draw.uniform(0, 0.03), 3),
            round(float(draw.gamma(2, 0.6)), 2),
            round(float(draw.gamma(2, 0.4)), 2),
            0,
            int(one.offered * 0.004),
        )
        for one in seconds
        for worker in range(2)
    ]
    return Generator(2, 0, 2840.0, [], samples)


def _books(seconds: list[Second]) -> Books:
    writes = sum(one.endpoints["ingest"].good for one in seconds)
    tally = Tally(writes, f"{writes * 0x9E3779B97F4A7C15 & (1 << 128) - 1:032x}")
    return Books(tally, tally, tally, {"queued": writes}, 0, 0, 0, 0, 1.3, closed=True)


def _system(seconds: list[Second], draw: np.random.Generator) -> list[Series]:
    made = [
        Series(
            source,
            "cpu",
            "cores",
            [(one.at, round(share * one.offered / 300 + draw.uniform(0, 0.04), 3)) for one in seconds[::2]],
        )
        for source, share in (("producer-0", 0.31), ("consumer-0", 0.22), ("postgres", 0.35), ("kafka", 0.18))
    ]
    lag = [(float(one.at), float(max(0, round(one.offered * 0.3 + draw.normal(0, 9))))) for one in seconds[::2]]
    return [
        *made,
        Series("kafka", "lag", "records", lag),
        Series("redis", "hit rate", "share", [], "no rights to ask it"),
    ]


def _provenance(recipe: Recipe) -> Provenance:
    return Provenance(
        run=recipe.run,
        name="nightly",
        began="2026-01-31T12:00:00Z",
        ended="2026-01-31T12:03:16Z",
        seed=recipe.seed,
        command=["telemetryctl", "bench", "examples/benchmark.yaml", "--seed", str(recipe.seed)],
        manifest="kind: TelemetryBenchmark\nmetadata: {name: nightly}\nspec: {profile: mixed}  # a <b>comment</b>\n",
        versions={"telemetry": "0.1.0", "locust": "2.47.0", "python": "3.11.7"},
        machine=Machine("Linux 6.1", "a processor", 2, 25_769_803_776, 0.12, shared=True),
        platform=Platform("site", recipe.preset, recipe.choices, {"producer": 1, "consumer": 1, "analytics": 1}),
    )


def short(recipe: Recipe, seconds: int) -> Recipe:
    """The same run, ended after so many seconds of one stage."""
    return replace(recipe, stages=(Stage("hold 100", 0, seconds, 100, 100),))
