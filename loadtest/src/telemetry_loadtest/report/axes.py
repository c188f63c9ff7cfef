"""What several plots share: the axis of time with its stages and events, milliseconds by logarithm, the legend."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, NullLocator

from telemetry_loadtest.report.theme import COLOUR
from telemetry_loadtest.report.words import number
from telemetry_loadtest.results import Result

_THOUSAND: Final = 1000
_NAMED: Final = 12  # a stage shorter than this part of the run has no room for its name


def with_time(axes: Axes, result: Result) -> None:
    """Mark stages and events on an axis of time."""
    begin, end = min(result.seconds[0].at, 0), result.seconds[-1].at + 1
    axes.set_xlim(begin, end)
    axes.set_xlabel("seconds since the first arrival")
    whole = end - begin
    for order, stage in enumerate(result.stages):
        if order % 2:
            axes.axvspan(stage.begin, min(stage.end, end), color=COLOUR["shade"], linewidth=0, zorder=0)
        if stage.end - stage.begin > whole / _NAMED and stage.begin < end:
            middle = (stage.begin + min(stage.end, end)) / 2
            axes.annotate(
                stage.name, (middle, 1), xycoords=("data", "axes fraction"), xytext=(0, 2), textcoords="offset points",
                ha="center", va="bottom", fontsize=8, color=COLOUR["muted"],
            )  # fmt: skip
    for event in result.events:
        axes.axvline(event.at, color=COLOUR["warn"], linewidth=1, linestyle=(0, (1, 2)))


def log_milliseconds(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.set_ylabel("ms")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=9))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(float(value))))
    axes.yaxis.set_minor_locator(NullLocator())


def linear(axes: Axes, label: str) -> None:
    """Give an axis that begins at nought, with thousands as k and millions as M."""
    thousands = EngFormatter(sep="")
    axes.set_ylim(bottom=0)
    axes.set_ylabel(label)
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, place: thousands(value, place) if value >= _THOUSAND else number(float(value)))
    )


def legend(axes: Axes, columns: int = 5) -> None:
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        axes.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.08),
            ncols=columns,
            handlelength=1.2,
            columnspacing=1.2,
            borderpad=0,
        )
