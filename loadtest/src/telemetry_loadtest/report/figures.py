"""The plots of one run, each a picture and the sentence that says how to read it."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from telemetry_loadtest.report.axes import legend, linear, log_milliseconds, with_time
from telemetry_loadtest.report.figures_system import ceiling_plots, generator_plots, system_plots
from telemetry_loadtest.report.series import HeatMap, Timeline, heat_map, levels, percentiles_of, tail, timeline
from telemetry_loadtest.report.theme import COLOUR, HEAT, Plot, drawing, series_colour, to_svg
from telemetry_loadtest.report.words import number, span
from telemetry_loadtest.result_views import endpoints, merged
from telemetry_loadtest.results import Measure, Result

_RARE: Final = {2: "50", 10: "90", 100: "99", 1000: "99.9", 10_000: "99.99", 100_000: "99.999"}
"""Per cent by how rare a longer answer is: one in so many."""


def run_plots(result: Result) -> Iterator[Plot]:
    """Yield the plots that there is something to show in."""
    if not result.seconds:
        return
    line = timeline(result)
    yield rates(line)
    yield from ceiling_plots(result)
    for place, endpoint in enumerate(endpoints(result)):
        yield latency_over_time(line, endpoint, place)
    yield from distribution(result)
    found = heat_map(result)
    if found is not None:
        yield heat(result, found)
    yield in_flight(line)
    yield from generator_plots(result)
    yield from system_plots(result)


def rates(line: Timeline) -> Plot:
    """Plot offered, achieved and good by second, over the stages."""
    seconds = line.result.seconds
    shown = (
        ("offered", "heat2", [one.offered for one in seconds]),
        ("achieved", "series0", [one.good + one.bad for one in seconds]),
        ("good", "good", [one.good for one in seconds]),
        ("dropped", "bad", [one.dropped for one in seconds]),
    )
    with drawing() as (figure, axes):
        for name, role, values in shown:
            points = line.mean(values)
            if name != "dropped" or points.any():
                width = 4.5 if name == "offered" else 1.3
                axes.plot(line.at, points, color=COLOUR[role], label=name, linewidth=width)
        linear(axes, "requests/s")
        with_time(axes, line.result)
        legend(axes)
        svg = to_svg(figure, "rates")
    return Plot("Offered, achieved, good", f"Requests a second. {_grouping(line)}{_events(line.result)}", svg)


def latency_over_time(line: Timeline, endpoint: str, place: int) -> Plot:
    """Plot one endpoint's percentiles by second, with the bounds of its SLO."""
    bounds = [one for one in line.result.bounds if one.endpoint == endpoint and one.measure in {"p50", "p95", "p99"}]
    with drawing() as (figure, axes):
        for order, name in enumerate(("p50", "p95", "p99")):
            points = line.most(percentiles_of(line.result, endpoint, name))
            axes.plot(line.at, points, color=series_colour(order), label=name)
        for bound in bounds:
            order = ("p50", "p95", "p99").index(bound.measure)
            axes.axhline(bound.limit, color=series_colour(order), linestyle=(0, (4, 3)), linewidth=1)
        log_milliseconds(axes)
        with_time(axes, line.result)
        legend(axes)
        svg = to_svg(figure, f"latency{place}")
    limits = ", ".join(f"{one.measure} {number(one.limit)} ms" for one in bounds)
    dashed = f" Dashed: the bounds of the SLO ({limits})." if bounds else ""
    return Plot(f"Latency of {endpoint}", f"From the intended start. {_grouping(line, most=True)}{dashed}", svg)


def distribution(result: Result) -> Iterator[Plot]:
    """Plot how long the slowest part of each endpoint's answers took: both scales logarithmic."""
    with drawing() as (figure, axes):
        rarest = 0.0
        for order, endpoint in enumerate(endpoints(result)):
            for measure, dashes in ((Measure.LATENCY, "solid"), (Measure.SERVICE, (0, (2, 2)))):
                histogram = merged(result, endpoint, measure)
                if histogram.count:
                    rare, latency = tail(histogram)
                    rarest = max(rarest, float(rare[-1]))
                    label = endpoint if measure is Measure.LATENCY else None
                    axes.plot(rare, latency, color=series_colour(order), linestyle=dashes, label=label)
        if not rarest:
            return
        axes.set_xscale("log")
        shown = {rare: name for rare, name in _RARE.items() if rare <= rarest}
        axes.xaxis.set_major_locator(FixedLocator(list(shown)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{shown.get(round(value), '')} %"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("of answers took less")
        log_milliseconds(axes)
        legend(axes)
        svg = to_svg(figure, "distribution")
    says = "Good answers behind the warm-up. Solid: from the intended start; dotted: from when the request was written."
    yield Plot("Distribution of latency", says, svg)


def heat(result: Result, found: HeatMap) -> Plot:
    """Plot how many answers took how long, when; darker is more."""
    with drawing() as (figure, axes):
        step = levels(found.counts, HEAT)
        for level in range(HEAT):
            cells = np.argwhere(step == level)
            if len(cells):
                axes.add_patch(PathPatch(_cells(found, cells), facecolor=COLOUR[f"heat{level}"], edgecolor="none"))
        axes.set_ylim(found.latencies[0], found.latencies[-1])
        axes.grid(visible=False)
        log_milliseconds(axes)
        with_time(axes, result)
        svg = to_svg(figure, "heat")
    most = number(float(found.counts.max()))
    return Plot("Latency, how often", f"All endpoints. The stronger, the more answers (up to {most} in a cell).", svg)


def _cells(found: HeatMap, cells: npt.NDArray[np.intp]) -> Path:
    """Return one outline of all cells of a level: far less text than one each."""
    corners, codes = [], []
    for bucket, column in cells:
        left, right = found.times[column], found.times[column + 1]
        low, high = found.latencies[bucket], found.latencies[bucket + 1]
        corners += [(left, low), (right, low), (right, high), (left, high), (left, low)]
        codes += [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    return Path(corners, codes)


def in_flight(line: Timeline) -> Plot:
    """Plot what was sent and not answered yet, and what the generator had not taken up."""
    seconds = line.result.seconds
    with drawing() as (figure, axes):
        axes.plot(line.at, line.most([one.in_flight for one in seconds]), color=COLOUR["series0"], label="in flight")
        axes.plot(line.at, line.most([one.waiting for one in seconds]), color=COLOUR["warn"], label="waiting")
        axes.set_ylim(top=max(1.0, axes.get_ylim()[1]))
        linear(axes, "requests")
        with_time(axes, line.result)
        legend(axes)
        svg = to_svg(figure, "inflight")
    says = (
        "At each second's end. In flight: sent and not answered; waiting: due, and not yet taken up by the generator."
    )
    return Plot("In flight", says, svg)


def _grouping(line: Timeline, *, most: bool = False) -> str:
    if line.step == 1:
        return "Every second a point."
    return f"Every {span(line.step)} a point: {'the highest' if most else 'the mean'} of its seconds."


def _events(result: Result) -> str:
    if not result.events:
        return ""
    return " Dotted: " + "; ".join(f"{number(event.at)} s {event.text}" for event in result.events) + "."
