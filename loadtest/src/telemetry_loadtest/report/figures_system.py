"""What stood beside the load: the generator's own health, what the system measured of itself, a ceiling's search."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

import numpy as np

from telemetry_loadtest.report.axes import legend, linear, log_milliseconds, with_time
from telemetry_loadtest.report.theme import COLOUR, SERIES, TOP, Plot, drawing, series_colour, to_svg
from telemetry_loadtest.report.words import rate
from telemetry_loadtest.results import HealthSample, Result, Series

_COLUMNS: Final = 5  # of a legend
_LEGEND: Final = 76  # characters that fit beside one another, each name with its line
_HANDLE: Final = 5
_ROW: Final = 14  # pixels
_POD_PARTS: Final = 2  # a StatefulSet's pods have a name and a number


def generator_plots(result: Result) -> Iterator[Plot]:
    """Yield what each worker used of its core, and how late it was."""
    samples = sorted(result.generator.samples, key=lambda one: (one.worker, one.at))
    if not samples:
        return
    with drawing() as (figure, axes):
        for worker, mine in groupby(samples, key=lambda one: one.worker):
            points = [(one.at, 100 * one.cpu) for one in mine]
            axes.plot(*zip(*points, strict=True), color=series_colour(worker), label=f"worker {worker}")
        axes.set_ylim(0, 105)
        axes.set_ylabel("% of a core")
        with_time(axes, result)
        legend(axes)
        svg = to_svg(figure, "generator")
    yield Plot("Generator's processor", "Near 100 % the generator is what is measured, not the platform.", svg)
    yield _lateness(result, samples)


def _lateness(result: Result, samples: list[HealthSample]) -> Plot:
    measures: dict[str, Callable[[HealthSample], float]] = {
        "event loop's delay": lambda one: one.loop_lag,
        "slip behind the schedule": lambda one: one.slip,
    }
    seconds = sorted({one.at for one in samples})
    with drawing() as (figure, axes):
        for order, (name, value) in enumerate(measures.items()):
            worst = dict.fromkeys(seconds, 0.0)
            for one in samples:
                worst[one.at] = max(worst[one.at], value(one))
            shown = [value or np.nan for value in worst.values()]  # a logarithm has no 0
            axes.plot(seconds, shown, color=series_colour(order), label=name)
        log_milliseconds(axes)
        with_time(axes, result)
        legend(axes)
        svg = to_svg(figure, "lateness")
    return Plot("Generator's lateness", "The worst of all workers in each second.", svg)


def system_plots(result: Result) -> Iterator[Plot]:
    """Yield a plot for each measure, with a line for each source of it."""
    kinds: dict[tuple[str, str], list[Series]] = {}
    for one in result.system:
        if one.points:
            kinds.setdefault((one.measure, one.unit), []).append(one)
    for place, ((measure, unit), series) in enumerate(kinds.items()):
        yield _system_plot(result, measure, unit, series, f"system{place}")


def _system_plot(result: Result, measure: str, unit: str, series: list[Series], name: str) -> Plot:
    """Draw the sources with the highest values; the others are named."""
    ranked = sorted(series, key=lambda one: -max(value for _, value in one.points))
    shown, left_out = ranked[:SERIES], ranked[SERIES:]
    names = [brief(one.source, result.provenance.platform.name) for one in shown]
    columns = max(1, min(_COLUMNS, _LEGEND // (max(map(len, names)) + _HANDLE)))
    rows = -(-len(names) // columns)
    with drawing(top=TOP + (rows - 1) * _ROW) as (figure, axes):
        for order, (name_of_one, one) in enumerate(zip(names, shown, strict=True)):
            axes.plot(*zip(*one.points, strict=True), color=series_colour(order), label=name_of_one)
        linear(axes, unit)
        with_time(axes, result)
        legend(axes, columns)
        svg = to_svg(figure, name)
    others = f" Lower, not drawn: {', '.join(one.source for one in left_out)}." if left_out else ""
    sources = ", ".join(one.source for one in shown)
    return Plot(f"System: {measure}", f"In {unit}, of {sources}.{others}", svg)


def brief(source: str, platform: str) -> str:
    """Return a name for a legend: of a pod its component and its own letters, without its platform and its template."""
    name = source.removeprefix(f"{platform}-")
    parts = name.split("-")
    return f"{parts[0]}…{parts[-1]}" if name != source and len(parts) > _POD_PARTS else name


def ceiling_plots(result: Result) -> Iterator[Plot]:
    """Yield the rates that a search tried in their order, if it was one."""
    found = result.ceiling
    if found is None or not found.steps:
        return
    with drawing() as (figure, axes):
        for order, step in enumerate(found.steps, 1):
            axes.bar(order, step.rate, color=COLOUR["good" if step.held else "bad"], width=0.7)
        if found.low is not None and found.high is not None:
            axes.axhspan(found.low, found.high, color=COLOUR["shade"], linewidth=0)
        axes.set_xticks(range(1, len(found.steps) + 1))
        axes.set_xlabel("try")
        linear(axes, "requests/s")
        svg = to_svg(figure, "ceiling")
    held, between = sum(step.held for step in found.steps), f"{rate(found.low)} and {rate(found.high)}"
    says = f"{len(found.steps)} rates were tried, {held} held their SLO: the ceiling lies between {between}."
    yield Plot("Ceiling", says, svg)
