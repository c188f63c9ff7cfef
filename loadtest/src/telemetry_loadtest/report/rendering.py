"""A result or a comparison as a whole document: what the commands ask for."""

from telemetry_loadtest.comparison_results import Comparison
from telemetry_loadtest.report.comparison_content import build_comparison_content
from telemetry_loadtest.report.comparison_figures import profile_plots
from telemetry_loadtest.report.content import build_content
from telemetry_loadtest.report.figures import run_plots
from telemetry_loadtest.report.html import build_comparison_html, build_html
from telemetry_loadtest.report.markdown import build_comparison_markdown, build_markdown
from telemetry_loadtest.results import Result


def render_html(result: Result | Comparison) -> str:
    if isinstance(result, Result):
        return build_html(build_content(result), list(run_plots(result)))
    plots = [list(profile_plots(result, one)) for one in result.judgements]
    return build_comparison_html(build_comparison_content(result), plots)


def render_markdown(result: Result | Comparison) -> str:
    if isinstance(result, Result):
        return build_markdown(build_content(result))
    return build_comparison_markdown(build_comparison_content(result))
