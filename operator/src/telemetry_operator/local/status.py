"""How a platform on this machine is: each process as its supervisor, the system and it itself say."""

from enum import StrEnum
from typing import Final

import msgspec

from telemetry_operator.errors import PlatformError
from telemetry_operator.local.applied import Applied, read_applied
from telemetry_operator.local.endpoints import given
from telemetry_operator.local.ledger import LedgerStatus, observe_ledger
from telemetry_operator.local.logs import Source
from telemetry_operator.local.plan import Process, component_of
from telemetry_operator.local.ports import listening_ports
from telemetry_operator.local.processes import find_recorded
from telemetry_operator.local.proof import prove
from telemetry_operator.local.readiness import is_ready
from telemetry_operator.local.state import State
from telemetry_operator.local.supervision import Supervisor
from telemetry_operator.local.supervisor_rpc import ProcessInfo, ProcessState
from telemetry_operator.probe import ProbeError

# Far more than a platform takes that keeps up; only one that does not is waited for.
PATIENCE_SECONDS: Final = 10.0


class UnknownComponentError(PlatformError):
    """The platform has no such component."""


class PlatformState(StrEnum):
    """The platform as a whole."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class ProcessStatus(msgspec.Struct, frozen=True):
    """One process. `uptime_seconds` and `pid` are None where it does not run."""

    name: str
    component: str
    state: str
    ready: bool
    pid: int | None
    uptime_seconds: int | None
    restarts: int
    port: int | None
    management_port: int | None


class PlatformStatus(msgspec.Struct, frozen=True):
    """The whole; `servers` are those that are not ours, without secrets; `ledger` is None where nobody tells it.

    `fault` says why a reading does not pass, though all processes are ready; `visible_seconds` how long one took.
    """

    name: str
    state: PlatformState
    addresses: dict[str, str]
    servers: dict[str, str]
    processes: list[ProcessStatus]
    ledger: LedgerStatus | None = None
    visible_seconds: float | None = None
    fault: str | None = None


def observe(state: State) -> PlatformStatus:
    """Look at a platform, and send a reading through it where all its processes say that they are ready.

    Processes are ready while what they write to is full or away: that the platform works, only a reading shows.
    """
    applied = read_applied(state.applied)
    if applied is None:
        return PlatformStatus(state.name, PlatformState.DOWN, {}, {}, [])
    supervisor = Supervisor(state.run, state.logs)
    infos = supervisor.processes()
    processes = [_observe_process(process, infos.get(process.name), supervisor) for process in applied.processes]
    servers = {str(kind): address.rpartition("@")[2] for kind, address in given(applied.options).items()}
    whole = _sum_up(processes)
    ledger = None if whole is PlatformState.DOWN else observe_ledger(applied, state.keys_file)
    visible, fault = _send_through(applied, state) if whole is PlatformState.UP else (None, None)
    if fault is not None:
        whole = PlatformState.DEGRADED
    return PlatformStatus(state.name, whole, applied.addresses, servers, processes, ledger, visible, fault)


def _send_through(applied: Applied, state: State) -> tuple[float | None, str | None]:
    """Return how long a reading took to be readable, and what is wrong; neither where nothing takes and shows any."""
    try:
        return prove(applied.addresses, applied.processes, state.keys_file, patience=PATIENCE_SECONDS), None
    except ProbeError as error:
        return None, error.message


def _observe_process(process: Process, info: ProcessInfo | None, supervisor: Supervisor) -> ProcessStatus:
    running = info is not None and info.pid > 0
    return ProcessStatus(
        name=process.name,
        component=process.component,
        state=_state_in_words(info),
        ready=running and _answers(process, supervisor),
        pid=info.pid if info and running else None,
        uptime_seconds=info.now - info.start if info and running else None,
        restarts=supervisor.restarts(process.name) if info else 0,
        port=process.port,
        management_port=process.management_port,
    )


def _state_in_words(info: ProcessInfo | None) -> str:
    if info is None:
        return "stopped"
    # A process that runs is running to a person, however short a time ago it started.
    state = ProcessState.RUNNING if info.state is ProcessState.STARTING and info.pid else info.state
    return state.name.lower()


def _answers(process: Process, supervisor: Supervisor) -> bool:
    if process.management_port is not None:
        return is_ready(process)
    running = find_recorded(supervisor.paths.record(process.name))
    return running is not None and process.port in listening_ports([running])


def _sum_up(processes: list[ProcessStatus]) -> PlatformState:
    if all(process.ready for process in processes):
        return PlatformState.UP
    return PlatformState.DEGRADED if any(process.pid for process in processes) else PlatformState.DOWN


def log_sources(state: State, component: str) -> list[Source]:
    """Return the logs of a component's replicas, or of one process by its own name.

    Raises:
        UnknownComponentError: the platform has none of that name.
    """
    known = sorted(path.stem for path in state.logs.glob("*.log"))
    names = [name for name in known if component in {name, component_of(name)}]
    if not names:
        components = sorted({component_of(name) for name in known})
        raise UnknownComponentError(f"{state.name} has no {component}", hint=f"it has: {', '.join(components)}")
    return [Source(name if len(names) > 1 else "", state.logs / f"{name}.log") for name in names]
