"""Ending a platform: services first, so that they drain into servers that still answer; data is kept unless told."""

from telemetry_operator.local.plan import MODULES, component_of
from telemetry_operator.local.progress import Progress
from telemetry_operator.local.state import State, locked
from telemetry_operator.local.supervision import Supervisor


def bring_down(state: State, progress: Progress, *, delete_data: bool) -> None:
    """End every process of a platform, whatever became of its supervisor."""
    with locked(state.name, lambda: progress.step("waiting for another telemetryctl that is at this platform")):
        supervisor = Supervisor(state.run, state.logs)
        names = set(supervisor.processes())
        services = {name for name in names if component_of(name) in MODULES}
        progress.step("draining services")
        supervisor.stop(services)
        progress.step("stopping servers")
        supervisor.stop(names - services)
        supervisor.shutdown()
        if delete_data:
            progress.step("deleting data")
            state.delete()
