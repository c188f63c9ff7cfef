"""Bringing a platform up: idempotent, told step by step, and undone if it fails or is interrupted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from telemetry_operator.errors import PlatformError
from telemetry_operator.local.applied import Applied, applied_of, read_applied, write_applied
from telemetry_operator.local.changes import refuse_loss
from telemetry_operator.local.logs import last_lines
from telemetry_operator.local.options import Options
from telemetry_operator.local.plan import Plan, build_plan, port_hosts
from telemetry_operator.local.ports import listening_ports, settle_ports
from telemetry_operator.local.program import Program
from telemetry_operator.local.progress import Progress
from telemetry_operator.local.proof import prove
from telemetry_operator.local.readiness import (
    AddressTakenError,
    NotReadyError,
    await_server,
    await_service,
    check_reachable,
)
from telemetry_operator.local.reservations import Reservations
from telemetry_operator.local.servers.server import PreparationError, run_to_end
from telemetry_operator.local.state import State, locked, open_state
from telemetry_operator.local.supervision import Supervisor
from telemetry_operator.local.supervisor_rpc import ProcessInfo
from telemetry_operator.specs.platform import TelemetryPlatform

PREPARE_SECONDS: Final = 180.0


class PausedError(PlatformError):
    """The manifest asks for nothing to be done."""


@dataclass(frozen=True, slots=True)
class Up:
    """A platform that is up. `visible_seconds` is how long the probe took to be readable; None where nothing serves."""

    name: str
    applied: Applied
    visible_seconds: float | None


def bring_up(platform: TelemetryPlatform, options: Options, progress: Progress) -> Up:
    """Bring a platform up as its manifest says, changing only what differs from how it runs now.

    Raises:
        PlatformError: it cannot be, or does not come up; what this call started is ended again.
    """
    name = platform.metadata.name
    if platform.spec.paused:
        raise PausedError(f"spec.paused is true: {name} is left as it is", hint="set it to false to apply the manifest")
    with locked(name, lambda: progress.step("waiting for another telemetryctl that is at this platform")):
        state = open_state(name)
        refuse_loss(read_applied(state.applied), platform, options)
        try:
            return _bring_up(platform, options, state, progress)
        except AddressTakenError:
            progress.step("a port was taken before its server had it; choosing again")
            return _bring_up(platform, options, state, progress)


def _bring_up(platform: TelemetryPlatform, options: Options, state: State, progress: Progress) -> Up:
    supervisor = Supervisor(state.run, state.logs)
    with Reservations() as reservations:
        plan = _plan(platform, options, state, supervisor, reservations)
        check_reachable(plan.endpoints, ours=_names(plan))
        with _undone_on_failure(supervisor):
            _start(plan, state, supervisor, progress)
            progress.step("writing a reading, and reading it back")
            visible = prove(plan.addresses, plan.processes, state.keys_file)
            applied = applied_of(platform, options, plan)
            write_applied(state.applied, applied)
    return Up(state.name, applied, visible)


def _plan(
    platform: TelemetryPlatform, options: Options, state: State, supervisor: Supervisor, reservations: Reservations
) -> Plan:
    wanted = {"producer": options.producer_port, "analytics": options.analytics_port}
    ports = settle_ports(
        port_hosts(platform, options),
        demanded={name: port for name, port in wanted.items() if port is not None},
        remembered=state.ports(),
        ours=listening_ports(supervisor.leftovers()),
        reservations=reservations,
    )
    state.remember_ports(state.ports() | ports)
    return build_plan(platform, options, ports, state)


def _names(plan: Plan) -> set[str]:
    return {server.name for server in plan.servers}


def _start(plan: Plan, state: State, supervisor: Supervisor, progress: Progress) -> None:
    for server in plan.servers:
        progress.step(f"preparing {server.name}")
        server.prepare()
    supervisor.apply(plan.programs)
    supervisor.start(_names(plan))
    for server in plan.servers:
        progress.step(f"waiting for {server.name}")
        await_server(server, supervisor)
    progress.step("preparing tables and topics")
    _prepare(plan.prepare, state)
    supervisor.start(program.name for program in plan.services)
    for process in plan.processes:
        if process.management_port is not None:
            progress.step(f"waiting for {process.name}")
            await_service(process, supervisor)


def _prepare(program: Program, state: State) -> None:
    log = state.logs / f"{program.name}.log"
    try:
        log.write_text(run_to_end(program, timeout_seconds=PREPARE_SECONDS))
    except PreparationError as error:
        log.write_text(error.output)
        raise NotReadyError(f"tables and topics could not be prepared; the last lines:{last_lines(log)}") from error


@contextmanager
def _undone_on_failure(supervisor: Supervisor) -> Iterator[None]:
    """End what was started inside if anything, Ctrl-C too, ends the block early."""
    before = _running(supervisor.processes())
    supervised = supervisor.is_running()
    try:
        yield
    except BaseException:
        if supervised:
            started = _running(supervisor.processes()).items() - before.items()
            supervisor.stop([name for name, _ in started])
        else:
            supervisor.shutdown()
        raise


def _running(processes: Mapping[str, ProcessInfo]) -> dict[str, int]:
    """Return the process number of each program that runs or is about to."""
    return {name: info.pid for name, info in processes.items() if not info.ended}
