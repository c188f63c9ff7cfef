"""A report as one HTML file that needs nothing else: styles, plots and words inside, no script, no address."""

from collections.abc import Iterable
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from telemetry_loadtest.report.comparison_content import ComparisonContent
from telemetry_loadtest.report.content import Content
from telemetry_loadtest.report.theme import Plot

_PAGES: Final = Environment(
    loader=PackageLoader("telemetry_loadtest.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def build_html(content: Content, plots: Iterable[Plot]) -> str:
    """Return the page. What a manifest or a platform says is shown as text, never as markup."""
    return _PAGES.get_template("report.html.jinja").render(content=content, plots=_drawn(plots))


def build_comparison_html(content: ComparisonContent, plots: Iterable[Iterable[Plot]]) -> str:
    """Return the page of a comparison; the plots are those of each profile."""
    return _PAGES.get_template("comparison.html.jinja").render(content=content, plots=[_drawn(some) for some in plots])


def _drawn(plots: Iterable[Plot]) -> list[dict[str, str]]:
    return [{"title": plot.title, "says": plot.says, "svg": Markup(plot.svg)} for plot in plots]  # noqa: S704 - ours
