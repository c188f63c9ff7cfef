"""`telemetryctl up`, `down`, `status` and `logs`: the platform's life on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from telemetry_operator.commands.lifecycle_tables import down_lines, status_table, up_lines
from telemetry_operator.commands.output import ExitCode, Format, OutputOption, out, print_result, steps
from telemetry_operator.local.down import bring_down
from telemetry_operator.local.logs import follow_all, read_tails
from telemetry_operator.local.options import Options
from telemetry_operator.local.state import choose_state, open_state
from telemetry_operator.local.status import PlatformState, log_sources, observe
from telemetry_operator.local.up import bring_up
from telemetry_operator.specs.manifest import read_manifest

Name = Annotated[
    str | None, typer.Argument(help="The platform's name; left out: the only one here.", show_default=False)
]
ServersPanel = "Servers of your own, instead of the embedded ones"


def up(
    file: Annotated[Path, typer.Argument(help="A manifest of kind TelemetryPlatform.")],
    *,
    host: Annotated[str, typer.Option(help="Address that producer and analytics listen on.")] = "127.0.0.1",
    producer_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Left out: one is chosen.")] = None,
    analytics_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Left out: one is chosen.")] = None,
    postgres: Annotated[
        str | None, typer.Option(metavar="URL", help="A PostgreSQL of your own.", rich_help_panel=ServersPanel)
    ] = None,
    redis: Annotated[
        str | None, typer.Option(metavar="URL", help="A Redis of your own.", rich_help_panel=ServersPanel)
    ] = None,
    kafka: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="A Kafka of your own.", rich_help_panel=ServersPanel)
    ] = None,
    secrets: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Stands for Secrets: DIR/<name>/<key>.", rich_help_panel=ServersPanel),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Apply a change that leaves data behind.")] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Bring the platform of a manifest up on this machine, or change it to what the manifest says now."""
    options = Options(
        host=host,
        producer_port=producer_port,
        analytics_port=analytics_port,
        postgres=postgres,
        redis=redis,
        kafka=kafka,
        secrets=secrets,
        replace=replace,
    )
    platform = read_manifest(file)
    with steps() as progress:
        result = bring_up(platform, options, progress)
    state = open_state(result.name)
    # A table shows nothing that would have to be looked at: whoever interrupts has been told that the platform is up.
    print_result(observe(state) if output is Format.JSON else None, up_lines(result, platform, state), output)


def down(
    name: Name = None,
    *,
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Delete data, logs, keys and passwords too.")
    ] = False,
) -> None:
    """End a platform; its data is kept, and the next `up` finds it."""
    state = choose_state(name)
    with steps() as progress:
        bring_down(state, progress, delete_data=delete_data)
    out.print(down_lines(state, delete_data=delete_data))


def status(name: Name = None, output: OutputOption = Format.TABLE) -> None:
    """Show a platform's processes and addresses, and whether a reading passes; exit code 3 where not all is up."""
    found = observe(choose_state(name))
    print_result(found, status_table(found), output)
    if found.state is not PlatformState.UP:
        raise typer.Exit(ExitCode.NOT_UP)


def logs(
    component: Annotated[
        str, typer.Argument(help="producer, consumer, analytics, postgres, redis, kafka, prepare or supervisord.")
    ],
    platform: Annotated[str | None, typer.Option("--platform", help="Name of a platform on this machine.")] = None,
    lines: Annotated[int, typer.Option(min=0, help="How many of the last lines.")] = 100,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written, until Ctrl-C.")] = False,
) -> None:
    """Show the last log lines of a component, of all its replicas."""
    sources = log_sources(choose_state(platform), component)
    for line in read_tails(sources, lines):
        typer.echo(line)
    if follow:
        for line in follow_all(sources):
            typer.echo(line)
