"""`telemetryctl bench`: load as a manifest asks for it, a verdict that can be trusted, and a result that is kept."""

from enum import IntEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from telemetry_loadtest.results import Result, Verdict
from telemetry_loadtest.suites import Suite
from telemetry_operator.benchmarks.running import Asked, run_benchmark
from telemetry_operator.benchmarks.runs import save_run
from telemetry_operator.benchmarks.searching import search_ceiling
from telemetry_operator.benchmarks.target import find_target
from telemetry_operator.client.interrupt import run_to_end
from telemetry_operator.commands.bench_progress import progress
from telemetry_operator.commands.bench_report import result_table
from telemetry_operator.commands.output import Format, OutputOption, err, print_error, print_result
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.benchmark import ExistingData, TelemetryBenchmark
from telemetry_operator.specs.manifest import parse_only, read_text


class BenchExit(IntEnum):
    """0 Passed; 1 Failed; 2 wrong usage, manifest or platform; 3 Aborted; 4 Invalid; 5 Error."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    ABORTED = 3
    INVALID = 4
    ERROR = 5


MANIFEST: Final = """\
apiVersion: telemetry.dev/v1alpha1
kind: TelemetryBenchmark
metadata: {{ name: {suite} }}
spec: {{ platform: "{platform}", suite: {suite} }}
"""
"""A suite on a platform, with nothing else said."""
EXITS: Final = {verdict: BenchExit[verdict.name] for verdict in Verdict}


def bench(
    file: Annotated[
        Path | None, typer.Argument(help="A manifest of kind TelemetryBenchmark; left out with --suite.")
    ] = None,
    *,
    suite: Annotated[Suite | None, typer.Option(help="Without a file: this named load, on --platform.")] = None,
    platform: Annotated[str | None, typer.Option(help="Load this platform, not the one that the file names.")] = None,
    existing_data: Annotated[
        bool, typer.Option("--existing-data", help="Load the platform though it holds readings already.")
    ] = False,
    generator_ceiling: Annotated[
        bool,
        typer.Option(
            "--generator-ceiling/--no-generator-ceiling", help="Measure first what the load generator alone can do."
        ),
    ] = True,
    output: OutputOption = Format.TABLE,
) -> None:
    """Load a platform on this machine and judge it.

    The exit code says what came of it: 0 Passed, 1 Failed, 2 not begun, 3 Aborted, 4 Invalid, 5 Error.
    """
    text, source = _given(file, suite, platform)
    benchmark = _changed(parse_only(TelemetryBenchmark, text, source=source), platform, existing_data=existing_data)
    try:
        asked = Asked(benchmark, text, find_target(benchmark.spec), generator_ceiling)
        with progress() as on_line:
            run = search_ceiling if benchmark.spec.suite is Suite.CEILING else run_benchmark
            result = run_to_end(run(asked, on_line))
    except PlatformError as error:  # nothing was loaded
        print_error(error)
        raise typer.Exit(BenchExit.USAGE) from None
    kept = save_run(result)
    print_result(result, result_table(result), output)
    err.print(f"kept as {result.provenance.run} in {kept}")
    raise typer.Exit(exit_code_of(result))


def exit_code_of(result: Result) -> BenchExit:
    return EXITS[result.verdict]


def _given(file: Path | None, suite: Suite | None, platform: str | None) -> tuple[str, str]:
    """The manifest's text, and where it comes from.

    Raises:
        BadParameter: it is given twice, or not at all.
    """
    if file is not None and suite is None:
        return read_text(file), str(file)
    if file is None and suite is not None and platform is not None:
        return MANIFEST.format(suite=suite, platform=platform), f"--suite {suite} --platform {platform}"
    raise typer.BadParameter("either a manifest is needed, or --suite together with --platform")


def _changed(benchmark: TelemetryBenchmark, platform: str | None, *, existing_data: bool) -> TelemetryBenchmark:
    """The benchmark as the command line has it."""
    changes: dict[str, object] = {}
    if platform is not None:
        changes["platform"] = platform
    if existing_data:
        changes["existing_data"] = ExistingData.ALLOW
    return benchmark.model_copy(update={"spec": benchmark.spec.model_copy(update=changes)})
