"""Runs of growth as Markdown, for the terminal and for docs/performance.md alike."""

from collections.abc import Iterator
from itertools import groupby
from statistics import median
from typing import Final

from tools.bench.documents import describe_conditions, markdown_table
from tools.bench.keeping import Kept
from tools.bench.meters import quantile
from tools.growth import judging
from tools.growth.results import Growth

STARTS: Final = ("preset", "service", "start to ready", "slowest", "goal", "")
MEMORIES: Final = ("preset", "service", "load", "first", "most", "growth in 100,000", "in the second half", "")
HISTORIES: Final = (
    "readings",
    "devices",
    "partitions",
    "made in",
    "table",
    "indexes",
    "a reading",
    "latest and counts",
)
ASKED: Final = ("question", "short p50 / p95", "again", "long p50 / p95", "long : short", "again : short", "as fast")
PLANS: Final = ("question", "readings", "pages", "scans")

_WORDS: Final = {True: "met", False: "missed", None: "–"}


def describe_growth(kept: Kept[Growth]) -> str:
    """Return runs as Markdown, each without what it did not measure."""
    return "\n\n".join(part for run in kept.runs for part in _describe(run))


def _describe(run: Growth) -> Iterator[str]:
    yield describe_conditions(run.started, run.took_seconds, run.machine)
    yield from _sections(run)


def _sections(run: Growth) -> Iterator[str]:
    if run.starts:
        yield markdown_table(STARTS, _starts(run))
    if run.memories:
        yield markdown_table(MEMORIES, _memories(run))
        yield from _stores(run)
    if run.histories:
        yield markdown_table(HISTORIES, _histories(run))
    if run.asked:
        yield markdown_table(ASKED, _asked(run))
    if run.plans:
        yield markdown_table(PLANS, _plans(run))


def _starts(run: Growth) -> Iterator[tuple[str, ...]]:
    for it in run.starts:
        shown = f"{judging.start_of(it):.2f} s"
        goal, verdict = f"< {judging.MOST_START:g} s", _WORDS[judging.starts_fast(it)]
        yield it.preset, it.service, shown, f"{max(it.seconds):.2f} s", goal, verdict


def _memories(run: Growth) -> Iterator[tuple[str, ...]]:
    for it in run.memories:
        load = it.looks[-1].units
        yield (
            it.preset,
            it.service,
            f"{load:,} {it.unit}",
            f"{it.looks[0].resident / judging.MIB:.0f} MiB",
            f"{judging.most_resident(it):.0f} MiB",
            f"{judging.growth(it):+.2f} MiB",
            f"{judging.late_growth(it):+.2f} MiB",
            _WORDS[judging.holds(it)],
        )


def _stores(run: Growth) -> Iterator[str]:
    for it in run.memories:
        if it.held:
            resident = it.looks[-1].resident - it.looks[0].resident
            units = it.looks[-1].units - it.looks[0].units
            yield (
                f"The store in memory of `{it.preset}` states {it.bytes_per_reading:.0f} bytes a reading, with "
                f"{it.held:,} held at the end; its process grew by {resident / max(units, 1):.0f} bytes for each "
                "reading of the rounds after the first."
            )


def _histories(run: Growth) -> Iterator[tuple[str, ...]]:
    for it in run.histories:
        table, indexes = judging.bytes_per_reading(it)
        yield (
            f"{it.readings:,}",
            f"{it.devices:,}",
            str(it.partitions),
            f"{it.fill_seconds:.0f} s",
            f"{table:.0f} B",
            f"{indexes:.0f} B",
            f"{table + indexes:.0f} B",
            f"{it.beside / judging.MIB:.1f} MiB",
        )


def _asked(run: Growth) -> Iterator[tuple[str, ...]]:
    for it in run.asked:
        as_fast = "yes" if judging.is_as_fast(it) else "no"
        ratios = f"{judging.ratio(it):.2f}", f"{median(it.again) / median(it.short):.2f}"
        yield it.question, _spread(it.short), _spread(it.again), _spread(it.long), *ratios, as_fast


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} / {quantile(sorted(values), 0.95):.2f} ms"


def _plans(run: Growth) -> Iterator[tuple[str, ...]]:
    ordered = sorted(run.plans, key=lambda plan: plan.question)
    for question, plans in groupby(ordered, key=lambda plan: plan.question):
        for it in sorted(plans, key=lambda plan: plan.readings):
            yield question, f"{it.readings:,}", f"{it.pages:,}", "; ".join(it.scans)
