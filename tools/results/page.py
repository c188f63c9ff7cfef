"""A comparison's part of the page: its report with its plots, without the cells, which the committed JSON has."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from telemetry_loadtest.comparison_results import Comparison
from telemetry_loadtest.report.comparison_content import ComparisonContent, build_comparison_content
from telemetry_loadtest.report.comparison_figures import profile_plots
from telemetry_loadtest.report.markdown import build_comparison_section
from tools.bench.documents import fill_part
from tools.scaling.drawing import standing_alone

PICTURES: Final = "results"  # beside the page
_LEFT_OUT: Final = "Cells"


class Picture(NamedTuple):
    """A plot as a file, and how it is read."""

    file: str
    title: str
    says: str
    svg: str


def fill_results(document: str, comparison: Comparison) -> str:
    """Return the page with a comparison in its place.

    Raises:
        MarkersMissingError: the page has no place for a comparison of this name.
    """
    return fill_part(document, comparison.provenance.name, "results", describe_comparison(comparison))


def describe_comparison(comparison: Comparison) -> str:
    """Return a comparison as Markdown, with links to its pictures."""
    text = build_comparison_section(_without_cells(build_comparison_content(comparison)))
    shown = [f"![{one.title}. {one.says}]({PICTURES}/{one.file})" for one in pictures(comparison)]
    return "\n".join([text, "", "### Plots", "", *shown])


def pictures(comparison: Comparison) -> Iterator[Picture]:
    name = comparison.provenance.name
    for judgement in comparison.judgements:
        for place, plot in enumerate(profile_plots(comparison, judgement)):
            file = f"{name}-{judgement.profile}-{place}.svg"
            yield Picture(file, plot.title, plot.says, standing_alone(plot.svg))


def _without_cells(content: ComparisonContent) -> ComparisonContent:
    return replace(content, details=[table for table in content.details if table.title != _LEFT_OUT])
