"""The pictures: one SVG a curve, in the look of the load test's reports, light or dark as its reader's page."""

import re
from importlib.resources import files
from itertools import groupby
from statistics import median
from typing import Final

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from telemetry_loadtest.report.axes import legend, linear
from telemetry_loadtest.report.theme import drawing, series_colour, to_svg
from telemetry_loadtest.report.words import number
from tools.scaling.results import Point

AXES: Final = {
    "connections": ("connections, each waiting for its answer", "requests/s"),
    "batch": ("readings in a request, or in a record of the consumer's", "readings/s"),
    "devices": ("devices", "requests/s, rows/s"),
    "processes": ("processes of the producer", "requests/s"),
}
_PALETTE: Final = re.compile(r"^.*?(?=\nbody )", re.DOTALL)


def lines_of(points: list[Point], curve: str) -> dict[str, list[tuple[int, float]]]:
    """Return a curve's lines: places and medians of rates, in order."""
    own = sorted((it for it in points if it.curve == curve), key=lambda it: (it.line, it.at))
    return {
        line: [(at, median(it.rate for it in same)) for at, same in groupby(group, key=lambda it: it.at)]
        for line, group in groupby(own, key=lambda it: it.line)
    }


def draw(points: list[Point], curve: str) -> str:
    """Return a curve as an SVG document."""
    across, up = AXES[curve]
    lines = lines_of(points, curve)
    places = sorted({at for line in lines.values() for at, _ in line})
    with drawing() as (figure, axes):
        for order, (name, line) in enumerate(lines.items()):
            axes.plot(*zip(*line, strict=True), color=series_colour(order), label=name, marker="o", markersize=3)
        if curve != "processes":
            axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(places))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(float(value))))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(across)
        linear(axes, up)
        legend(axes)
        return standing_alone(to_svg(figure, curve))


def standing_alone(svg: str) -> str:
    """Make an element of a page a document, with the colours that the page would have had."""
    css = files("telemetry_loadtest.report").joinpath("templates/report.css").read_text()
    palette = _PALETTE.match(css)
    style = f"<style>{palette[0] if palette else ''}\nsvg {{ background: var(--panel) }}</style>"
    head, _, rest = svg.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'
