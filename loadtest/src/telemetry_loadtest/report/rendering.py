"""A result as a whole document: what the commands ask for."""

from telemetry_loadtest.report.content import build_content
from telemetry_loadtest.report.figures import run_plots
from telemetry_loadtest.report.html import build_html
from telemetry_loadtest.report.markdown import build_markdown
from telemetry_loadtest.results import Result


def render_html(result: Result) -> str:
    return build_html(build_content(result), list(run_plots(result)))


def render_markdown(result: Result) -> str:
    return build_markdown(build_content(result))
