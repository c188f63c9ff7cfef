"""A report as one HTML file that needs nothing else: styles, plots and words inside, no script, no address."""

from collections.abc import Iterable
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

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
    drawn = [{"title": plot.title, "says": plot.says, "svg": Markup(plot.svg)} for plot in plots]  # noqa: S704 - ours
    return _PAGES.get_template("report.html.jinja").render(content=content, plots=drawn)
