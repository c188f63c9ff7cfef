"""The results of `up`, `down` and `status`, for a person."""

from datetime import timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_contract.architecture import Reads, Scaling
from telemetry_operator.local.ledger import LedgerStatus, PartitionBalance
from telemetry_operator.local.state import State
from telemetry_operator.local.status import PlatformState, PlatformStatus, ProcessStatus
from telemetry_operator.local.up import Up
from telemetry_operator.specs.platform import TelemetryPlatform

STYLES = {PlatformState.UP: "green", PlatformState.DEGRADED: "yellow", PlatformState.DOWN: "red"}


def up_lines(up: Up, platform: TelemetryPlatform, state: State) -> RenderableType:
    proof = "" if up.visible_seconds is None else f": a reading was written and read back ({up.visible_seconds:.2f} s)"
    table = Table.grid(padding=(0, 2))
    for component, address in up.applied.addresses.items():
        table.add_row(f"  {component}", address)
    table.add_row("  state", str(state.root))
    table.add_row("  end it", f"telemetryctl down {up.name}")
    lines: list[RenderableType] = [Text(f"{up.name} is up{proof}", style="green"), table]
    if platform.spec.choices.scaling is Scaling.HPA:
        lines.append(Text("scaling: hpa needs a cluster; here the replicas stay as they start", style="dim"))
    if up.applied.options.redis is not None and platform.spec.choices.reads is Reads.DIRECT:
        lines.append(Text("redis counts the rate limits alone; nothing is cached, for reads is direct", style="dim"))
    return Group(*lines)


def down_lines(state: State, *, delete_data: bool) -> RenderableType:
    if delete_data:
        return Text(f"{state.name} is down, and its data deleted")
    return Text(f"{state.name} is down; its data is kept in {state.root}")


def status_table(status: PlatformStatus) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("process", "state", "ready", "pid", "uptime", "restarts", "port", "management"):
        table.add_column(column)
    for process in status.processes:
        table.add_row(*_cells(process))
    places = Table.grid(padding=(0, 2))
    for name, address in (status.addresses | status.servers).items():
        places.add_row(name, address)
    head = Text.assemble(f"{status.name}: ", (status.state, STYLES[status.state]), _passing(status))
    books = [] if status.state is PlatformState.DOWN else [ledger_table(status.ledger)]
    return Group(head, table, places, *books)


def _passing(status: PlatformStatus) -> str:
    if status.fault is not None:
        return f"; {status.fault}"
    seconds = status.visible_seconds
    return "" if seconds is None else f"; a reading was written and read back ({seconds:.2f} s)"


def ledger_table(ledger: LedgerStatus | None) -> RenderableType:
    """The stream's books: one line for the whole, and one for each partition."""
    if ledger is None:
        return Text("ledger: analytics does not tell it", style="yellow")
    letters = f"{ledger.dead_letters:,} dead letters"
    if not ledger.partitions:
        return Text(f"ledger: nothing has come through a stream; {letters}")
    balance = ("balanced", "green") if ledger.balanced else ("NOT BALANCED", "bold red")
    lag = "unknown" if ledger.lag is None else f"{ledger.lag:,} records"
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("partition", "balance", "lag", "dead"):
        table.add_column(column, justify="left" if column == "balance" else "right")
    for one in ledger.partitions:
        table.add_row(str(one.partition), _balance(one), "?" if one.lag is None else f"{one.lag:,}", f"{one.dead:,}")
    return Group(Text.assemble("ledger: ", balance, f"; lag {lag}; {letters}"), table)


def _balance(partition: PartitionBalance) -> Text:
    if partition.balanced:
        return Text("balanced")
    return Text(f"offsets {partition.offsets_out:+,}, readings {partition.readings_out:+,}", style="bold red")


def _cells(process: ProcessStatus) -> list[str]:
    uptime = None if process.uptime_seconds is None else timedelta(seconds=process.uptime_seconds)
    ready = "yes" if process.ready else "no"
    numbers = (process.pid, uptime, process.restarts, process.port, process.management_port)
    return [process.name, process.state, ready, *("" if number is None else str(number) for number in numbers)]
