"""A result's tables, as plain text under columns: what was asked, what was measured, how it is to be had again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from telemetry_loadtest.report.words import NOTHING, amount, count, milliseconds, number, rate, share, span
from telemetry_loadtest.result_views import endpoints, merged
from telemetry_loadtest.results import Bound, HealthSample, Measure, Percentiles, Provenance, Result, Stage

_PERCENTILES: Final = ("p50", "p90", "p95", "p99", "p99.9", "max")
_PLACES: Final = (50.0, 90.0, 95.0, 99.0, 99.9, 100.0)


class Link(str):
    """Text that leads to an anchor of the same page, where the page can do that."""

    __slots__ = ("target",)
    target: str

    def __new__(cls, text: str, target: str) -> Self:
        link = super().__new__(cls, text)
        link.target = target
        return link


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under columns; in those whose places are in `numbers` stand numbers.

    `anchors` are the rows' ids where something links to them; `groups` those of the rows that begin a group.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    numbers: range = range(1, 99)
    anchors: Sequence[str] = ()
    groups: Sequence[str] = ()


def build_tables(result: Result) -> Iterator[Table]:
    yield _slo(result)
    if result.ceiling is not None:
        yield _ceiling(result)
    yield _stages(result)
    yield _latencies(result)
    yield from _books(result)
    yield _generator(result)
    yield _provenance(result)


def _slo(result: Result) -> Table:
    rows = [_bound_row(bound) for bound in result.bounds]
    note = "Behind the warm-up." if rows else "No bounds were set."
    return Table("SLO", ["bound", "held", "limit", "measured", "samples"], rows, note, range(2, 5))


def _bound_row(bound: Bound) -> list[str]:
    held = "yes" if bound.held else "no"
    if bound.breached_at is not None:
        held = f"no, broken at {number(bound.breached_at)} s"
    name = f"{bound.endpoint} {bound.measure}".strip()
    return [name, held, amount(bound.measure, bound.limit), amount(bound.measure, bound.value), count(bound.samples)]


def _ceiling(result: Result) -> Table:
    assert result.ceiling is not None  # noqa: S101 - asked by the caller
    rows = [[rate(step.rate), "yes" if step.held else "no", step.reason] for step in result.ceiling.steps]
    low, high = rate(result.ceiling.low), rate(result.ceiling.high)
    return Table(
        "Ceiling", ["tried", "held", "why"], rows, f"Highest that held {low}, lowest that did not {high}.", range(1)
    )


def _stages(result: Result) -> Table:
    columns = ["stage", "from", "to", "asked for", "offered", "achieved", "good"]
    found = {one.stage: one for one in result.stage_summaries}
    rows = []
    for stage in result.stages:
        one = found.get(stage.name)
        rates = [NOTHING] * 3 if one is None else [rate(one.offered), rate(one.achieved), rate(one.good)]
        rows.append([_stage_name(stage), span(stage.begin), span(stage.end), _asked(stage), *rates])
    return Table("Stages", columns, rows, "Requests a second. Offered: due by the schedule; achieved: answered.")


def _latencies(result: Result) -> Table:
    """Of each endpoint over all judged stages, then of each stage."""
    rows = [row for endpoint in endpoints(result) for row in _latency_rows(result, endpoint)]
    note = (
        "Milliseconds of good answers; “all” is everything behind the warm-up. Latency counts from when a request was "
        "due, service from when it was written."
    )
    return Table("Latency", ["endpoint", "stage", "measure", *_PERCENTILES], rows, note, range(3, 9))


def _latency_rows(result: Result, endpoint: str) -> Iterator[list[str]]:
    for measure in Measure:
        whole = merged(result, endpoint, measure)
        yield [endpoint, "all", measure.value, *[number(whole.percentile(place)) for place in _PLACES]]
    for one in result.summaries:
        if one.endpoint == endpoint:
            yield [endpoint, one.stage, Measure.LATENCY.value, *_percentile_cells(one.latency)]


def _percentile_cells(found: Percentiles | None) -> list[str]:
    if found is None:
        return [NOTHING] * len(_PERCENTILES)
    return [number(one) for one in (found.p50, found.p90, found.p95, found.p99, found.p999, found.max)]


def _books(result: Result) -> Iterator[Table]:
    books, fresh = result.books, result.freshness
    if books is not None:
        rows = [
            [name, count(tally.count), tally.digest]
            for name, tally in (("sent", books.sent), ("acknowledged", books.acknowledged), ("stored", books.stored))
        ]
        kinds = ", ".join(f"{count(many)} {kind}" for kind, many in books.acknowledged_as.items())
        closed = "They close" if books.closed else "THEY DO NOT CLOSE"
        note = (
            f"{closed}: {count(books.missing)} missing, {count(books.surplus)} too many, "
            f"{count(books.uncertain)} never decided (of them {count(books.found)} stored). "
            f"Acknowledged as: {kinds or 'nothing'}. All was seen {number(books.drain_seconds)} s after the last."
        )
        yield Table("Books", ["readings", "count", "digest"], rows, note, range(1, 2))
    if fresh is not None:
        cells = [milliseconds(one) for one in (fresh.p50, fresh.p95, fresh.p99, fresh.max)]
        row = [count(fresh.samples), count(fresh.unseen), *cells]
        yield Table("Freshness", ["probes", "never seen", "p50", "p95", "p99", "max"], [row], "", range(6))


def _generator(result: Result) -> Table:
    generator, samples = result.generator, result.generator.samples
    rows = [
        ["workers", f"{generator.workers}, lost {generator.lost_workers}"],
        ["ceiling of one worker, against an empty server", rate(generator.ceiling)],
    ]
    if samples:
        cpu = [one.cpu for one in samples]
        rows += [
            ["processor of a worker, mean and most", f"{share(sum(cpu) / len(cpu))}, {share(max(cpu))}"],
            ["worst delay of its event loop", milliseconds(max(one.loop_lag for one in samples))],
            ["longest held back by its CPU limit, in a second", milliseconds(_held_back(samples))],
            ["worst slip behind the schedule", milliseconds(max(one.slip for one in samples))],
            ["connection errors", count(sum(one.connection_errors for one in samples))],
        ]
    fine = "; ".join(generator.faults) or "It was healthy."
    return Table("Generator", ["", "measured"], rows, fine, range(0))


def _held_back(samples: list[HealthSample]) -> float | None:
    return max((one.held_back for one in samples if one.held_back is not None), default=None)


def _provenance(result: Result) -> Table:
    provenance, machine = result.provenance, result.provenance.machine
    memory = round(machine.memory_bytes / 2**30)
    rows = [
        ["run", provenance.run],
        ["began, ended", f"{provenance.began}, {provenance.ended}"],
        ["seed", str(provenance.seed)],
        ["machine", f"{machine.system}, {machine.processor}, {machine.cores} cores, {memory} GiB"],
        ["load before", number(machine.load_before)],
        ["replicas", ", ".join(f"{name} {many}" for name, many in provenance.platform.replicas.items()) or NOTHING],
        *([["images", _images(provenance)]] if provenance.images else []),
        ["versions", ", ".join(f"{name} {version}" for name, version in provenance.versions.items())],
    ]
    return Table("Provenance", ["", ""], rows, "", range(0))


def _images(provenance: Provenance) -> str:
    return ", ".join(f"{component} {' and '.join(ids)}" for component, ids in provenance.images.items())


def _stage_name(stage: Stage) -> str:
    return f"{stage.name} (warm-up)" if stage.warm_up and stage.name != "warm-up" else stage.name


def _asked(stage: Stage) -> str:
    begin, end = rate(stage.rate_begin), rate(stage.rate_end)
    return begin if begin == end else f"{begin} → {end}"
