"""`telemetryctl send`: readings of this machine, a simulated fleet or a file, and the books closed at the end."""

from typing import Annotated

import typer

from telemetry_operator.client.interrupt import run_to_end
from telemetry_operator.client.sending import Bounds
from telemetry_operator.commands.options import TARGET_PANEL, AnalyticsUrl, KeysFile, PlatformName, To, parse_seconds
from telemetry_operator.commands.output import ExitCode, Format, OutputOption, err, print_result
from telemetry_operator.commands.send_report import plain_outcome, table_of
from telemetry_operator.commands.send_run import Choice, FileFormat, Report, SourceError, run
from telemetry_operator.commands.target import Sign, Wish, resolve_target

File = Annotated[str | None, typer.Argument(help="A file of NDJSON or CSV; - is standard input.")]
AsFormat = Annotated[
    FileFormat | None, typer.Option("--format", help="The file's; left out: as its name ends, else ndjson.")
]
IsMachine = Annotated[bool, typer.Option("--machine", help="Send what this machine measures of itself.")]
FleetSize = Annotated[int | None, typer.Option(min=1, metavar="N", help="Send what N simulated devices measure.")]
Device = Annotated[str | None, typer.Option(help="Whose the lines are that do not say so; this machine's id.")]
Rate = Annotated[float | None, typer.Option(metavar="R", help="Readings a second; else 1 a device, a file at once.")]
Seed = Annotated[int, typer.Option(min=0, help="The fleet's; the same seed sends the same readings.")]
Count = Annotated[int | None, typer.Option(min=1, help="End after so many readings.")]
Lasting = Annotated[float | None, typer.Option(parser=parse_seconds, metavar="TIME", help="End after 90s, 1h30m, ...")]
Patience = Annotated[float, typer.Option(parser=parse_seconds, metavar="TIME", help="Until all must be visible.")]
Compare = Annotated[bool, typer.Option("--compare/--no-compare", help="Compare with what is stored at the end.")]
SignAs = Annotated[
    Sign | None,
    typer.Option(help="Who signs: each device, or a gateway for all (--fleet).", rich_help_panel=TARGET_PANEL),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="TELEMETRYCTL_TOKEN", help="A gateway's, in place of device keys.", rich_help_panel=TARGET_PANEL
    ),
]
ReaderToken = Annotated[
    str | None,
    typer.Option(envvar="TELEMETRYCTL_READER_TOKEN", help="To compare with.", rich_help_panel=TARGET_PANEL),
]


def send(
    file: File = None,
    *,
    machine: IsMachine = False,
    fleet: FleetSize = None,
    device: Device = None,
    format: AsFormat = None,  # noqa: A002 - the option's name
    rate: Rate = None,
    seed: Seed = 1,
    count: Count = None,
    duration: Lasting = None,
    patience: Patience = "60s",  # type: ignore[assignment] # typer parses the default too
    compare: Compare = True,
    platform: PlatformName = None,
    to: To = None,
    analytics: AnalyticsUrl = None,
    keys_file: KeysFile = None,
    sign: SignAs = None,
    token: Token = None,
    reader_token: ReaderToken = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Send readings, retry with the same ids, and compare what was acknowledged with what is stored."""
    choice = _choice(machine=machine, fleet=fleet, file=file, device=device, rate=rate, seed=seed, format=format)
    signer = sign or (Sign.DEVICE if fleet is None else Sign.GATEWAY)
    target = resolve_target(Wish(platform, to, analytics, keys_file, token, reader_token, signer))
    bounds = Bounds(count, duration)
    report = run_to_end(run(target, choice, bounds, patience if compare else None, err))
    print_result(plain_outcome(report.outcome, report.invalid), table_of(report.outcome, report.invalid), output)
    if report.unanswered is not None:
        raise report.unanswered
    code = exit_code_of(report)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def exit_code_of(report: Report) -> ExitCode:
    """Lost readings weigh more than refused ones."""
    if not report.closed:
        return ExitCode.NOT_CLOSED
    return ExitCode.OK if report.complete else ExitCode.NOT_ACCEPTED


def _choice(**asked: object) -> Choice:
    try:
        return Choice(**asked)  # type: ignore[arg-type] # as typer parsed them
    except SourceError as error:
        raise typer.BadParameter(f"{error.message}: {error.hint}" if error.hint else error.message) from None
