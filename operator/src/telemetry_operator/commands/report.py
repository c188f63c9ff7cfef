"""`telemetryctl report` and `diff`: a run or a comparison for a person, and what changed from one run to another.

Both work from the stored JSON alone. What draws and calculates (matplotlib, numpy) is imported where it is used: it
takes a second, which the other commands should not pay.
"""

from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated

import typer

from telemetry_loadtest.comparison_results import FORMAT as COMPARISON
from telemetry_loadtest.comparison_results import Comparison, NotAComparisonError, decode_comparison, encode_comparison
from telemetry_loadtest.results import NotAResultError, Result, decode_result, encode_result, format_of
from telemetry_operator.benchmarks.comparing.kept import UnknownComparisonError, find_comparison
from telemetry_operator.benchmarks.runs import UnknownRunError, find_run
from telemetry_operator.commands.output import Format, OutputOption, err, out, print_result
from telemetry_operator.errors import PlatformError


class ReportFormat(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


class DiffExit(IntEnum):
    """What `diff` ends with."""

    NOT_WORSE = 0
    WORSE = 1
    UNKNOWN = 3


class RunError(PlatformError):
    """A run that cannot be read, or two that cannot be compared."""


RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The name of a run or a finished comparison, or the beginning of it, the path of its JSON, or `last`, "
        "which is the last run; `tb/NAME` or `tb/NAMESPACE/NAME` is what kubeconfig's cluster keeps of a benchmark, "
        "`ac/NAME` of a comparison.",
    ),
]


def report(
    run: RunArgument,
    *,
    output: Annotated[
        ReportFormat | None,
        typer.Option("--output", "-o", help="Write this one to standard output; left out: files, HTML and Markdown."),
    ] = None,
    directory: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path(),
) -> None:
    """Write the report of a run or a comparison: one HTML file that needs nothing else, Markdown, or JSON."""
    result = load(run)
    if output is not None:
        typer.echo(render(result, output), nl=False)
        return
    directory.mkdir(parents=True, exist_ok=True)
    for kind in (ReportFormat.HTML, ReportFormat.MARKDOWN):
        path = directory / f"{result.provenance.run}.{kind}"
        path.write_text(render(result, kind), encoding="utf-8")
        out.print(str(path), soft_wrap=True, markup=False)


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A run, as `report` takes it.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Another of the same plan.")],
    *,
    at_least: Annotated[float, typer.Option(min=0, help="Of the value before; a smaller change does not count.")] = 0.1,
    output: OutputOption = Format.TABLE,
) -> None:
    """Say what changed from one run to another, and whether it is more than noise; exit code 1 where it is worse."""
    from telemetry_operator.commands import run_difference  # noqa: PLC0415 - see above

    first, second = load_run(before), load_run(after)
    try:
        answer = run_difference.difference(first, second, at_least=at_least)
    except run_difference.IncomparableError as error:
        err.print(f"error: these two cannot be compared: {error}")
        raise typer.Exit(DiffExit.UNKNOWN) from None
    print_result(answer.plain(), answer.tables(), output)
    raise typer.Exit(DiffExit.WORSE if answer.worse else DiffExit.NOT_WORSE if answer.known else DiffExit.UNKNOWN)


def load_run(name: str) -> Result:
    """Return a kept run.

    Raises:
        PlatformError: there is none of the name.
        BadParameter: it is a comparison.
    """
    found = load(name)
    if isinstance(found, Result):
        return found
    raise typer.BadParameter(
        f"{name} is a comparison, and diff takes two runs. What differs within a comparison is in its report: "
        f"telemetryctl report {name}"
    )


def load(name: str) -> Result | Comparison:
    """Return a kept run or a finished comparison.

    Raises:
        PlatformError: there is none of the name, or the file holds neither.
    """
    if name.startswith(("tb/", "ac/")):
        from telemetry_operator.benchmarks import in_cluster  # noqa: PLC0415 - the cluster's client takes a moment too

        return in_cluster.fetch(name)
    path = _find(name)
    text = path.read_bytes()
    try:
        return decode_comparison(text) if format_of(text) == COMPARISON else decode_result(text)
    except (NotAResultError, NotAComparisonError) as error:
        raise RunError(f"{path}: {error}") from None


def _find(name: str) -> Path:
    """Return the file of a run, or else of a comparison; of neither, what is known of runs is told."""
    try:
        return find_run(name)
    except UnknownRunError as unknown:
        try:
            return find_comparison(name)
        except UnknownComparisonError:
            raise unknown from None


def render(result: Result | Comparison, kind: ReportFormat) -> str:
    if kind is ReportFormat.JSON:
        return (encode_result(result) if isinstance(result, Result) else encode_comparison(result)).decode()
    from telemetry_loadtest.report import rendering  # noqa: PLC0415 - see above

    return rendering.render_html(result) if kind is ReportFormat.HTML else rendering.render_markdown(result)
