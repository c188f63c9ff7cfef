"""One look for all plots: drawn once, shown in light and dark.

Each part is drawn in a placeholder colour that stands for a role; in the finished SVG every placeholder becomes a CSS
variable (`var(--ink)`), which the page defines once for light and once for dark. Text stays text, in the page's font.
"""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

WIDTH: Final = 380  # in pixels of the page, as wide as a phone: text keeps its size there
HEIGHT: Final = 235
_DPI: Final = 72  # matplotlib's own for SVG: a point is then a pixel
_LEFT, _RIGHT, TOP, _BOTTOM = 48, 8, 36, 36  # pixels around the axes, the same in all plots: times stand under times

HEAT: Final = 7  # steps of the heat map
SERIES: Final = 6
_ROLES: Final = (
    "ink", "muted", "grid", "panel", "shade", "good", "bad", "warn",
    *(f"series{number}" for number in range(SERIES)),
    *(f"heat{number}" for number in range(HEAT)),
)  # fmt: skip
COLOUR: Final[Mapping[str, str]] = {role: f"#fe00{number:02x}" for number, role in enumerate(_ROLES)}
"""Placeholders by role; no role is drawn in a colour of its own."""

_PLACEHOLDER: Final = re.compile(r"#fe00([0-9a-f]{2})\b")
_ID: Final = re.compile(r' id="([^"]+)"')
_LONG: Final = re.compile(r"(\d\.\d{2})\d+")  # a hundredth of a pixel is enough
_USED: Final = re.compile(r'(?:href="#|url\(#)([^")]+)')

_STYLE: Final[dict[Any, Any]] = {  # by matplotlib's own names
    "svg.fonttype": "none",
    "svg.hashsalt": "telemetry",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.facecolor": "none",
    "axes.edgecolor": COLOUR["grid"],
    "axes.labelcolor": COLOUR["muted"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": COLOUR["grid"],
    "grid.linewidth": 0.6,
    "text.parse_math": False,
    "text.color": COLOUR["ink"],
    "xtick.color": COLOUR["muted"],
    "ytick.color": COLOUR["muted"],
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "path.simplify_threshold": 0.5,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """An inline SVG, under which title it stands, and how it is read."""

    title: str
    says: str
    svg: str


def _place(left: int, top: int) -> tuple[float, float, float, float]:
    return left / WIDTH, _BOTTOM / HEIGHT, 1 - (left + _RIGHT) / WIDTH, 1 - (top + _BOTTOM) / HEIGHT


def series_colour(number: int) -> str:
    return COLOUR[f"series{number % SERIES}"]


@contextmanager
def drawing(left: int = _LEFT, top: int = TOP) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure with one pair of axes, so many pixels from left and top; it belongs to no global state."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        yield figure, figure.add_axes(_place(left, top))


def to_svg(figure: Figure, name: str) -> str:
    """Return an `<svg>` element to stand in a page, its ids beginning with `name`; the same drawing, the same text."""
    written = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<svg [^>]*viewBox="([^"]+)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true">', svg, count=1)
    svg = _LONG.sub(r"\1", svg)
    return _in_roles(_with_own_ids(svg.replace("xlink:href", "href"), name))


def _in_roles(svg: str) -> str:
    return _PLACEHOLDER.sub(lambda found: f"var(--{_ROLES[int(found[1], 16)]})", svg)


def _with_own_ids(svg: str, name: str) -> str:
    """Keep the ids that something refers to, made unique in a page of many plots."""
    used = set(_USED.findall(svg))
    svg = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
