"""Which platform of this machine a run loads, and whether it may: everything is asked before any load starts."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

from telemetry_contract.keys import Claims, Scope, make_token, parse_keyring
from telemetry_loadtest.plan import TargetOfLoad
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import Platform
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.sending import open_client
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.applied import Applied, read_applied
from telemetry_operator.local.state import State, choose_state, is_running
from telemetry_operator.local.status import PlatformState, observe
from telemetry_operator.specs.benchmark import BenchmarkSpec, ExistingData
from telemetry_operator.specs.layout import components_of, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform

_READER_SECONDS: Final = 48 * 3600


class UnfitError(PlatformError):
    """The run cannot be had here as it was asked for; nothing was loaded."""


@dataclass(frozen=True, slots=True)
class Target:
    """A platform that runs here."""

    state: State
    applied: Applied

    @property
    def load(self) -> TargetOfLoad:
        addresses = self.applied.addresses
        return TargetOfLoad(addresses["producer"], addresses["analytics"], str(self.keys_file))

    @property
    def keys_file(self) -> Path:
        return self.state.keys_file

    @property
    def platform(self) -> Platform:
        spec = self.applied.platform.spec
        return Platform(
            name=self.state.name,
            preset=spec.architecture.value,
            choices={name: str(value) for name, value in msgspec.to_builtins(spec.choices).items()},
            replicas={str(one): replica_bounds(spec, one).least for one in components_of(spec)},
        )

    def reader(self) -> str:
        """A token to ask analytics with, for longer than any run."""
        claims = Claims("telemetryctl", (Scope.READ,), int(time.time()) + _READER_SECONDS)
        return make_token(parse_keyring(self.keys_file.read_bytes()), claims)


def find_target(spec: BenchmarkSpec) -> Target:
    """The platform that a run is for, found to be up and to have room for what the run sends.

    Raises:
        PlatformError: it is not here, not up, or the run does not fit it or this machine.
    """
    state = choose_state(spec.platform)
    applied = read_applied(state.applied)
    if applied is None or not is_running(state.name):
        raise UnfitError(f"{spec.platform} does not run here", hint="telemetryctl up FILE brings a platform up")
    if not {"producer", "analytics"} <= applied.addresses.keys():
        raise UnfitError(f"{spec.platform} has no producer and analytics to speak to")
    status = observe(state)
    if status.state is not PlatformState.UP:
        why = f": {status.fault}" if status.fault else ""
        raise UnfitError(f"{spec.platform} is {status.state}, not up{why}", hint=f"telemetryctl status {spec.platform}")
    check_size(spec, applied.platform)
    return Target(state, applied)


async def refuse_foreign_data(spec: BenchmarkSpec, target: Target) -> int:
    """Return how many readings the platform holds already, if the run may be had nevertheless.

    Raises:
        UnfitError: it may not.
        QueryError: analytics does not answer.
    """
    async with open_client(target.load.analytics) as client:
        kept = (await Analytics(client, target.reader()).stats()).readings
    if kept and spec.existing_data is ExistingData.REFUSE:
        raise UnfitError(
            f"{spec.platform} holds {kept:,} readings already, and what a platform holds changes what it carries",
            hint=f"empty it by `telemetryctl down {spec.platform} --delete-data` and up, or say --existing-data",
        )
    return kept


def check_size(spec: BenchmarkSpec, platform: TelemetryPlatform) -> None:
    """Refuse what this machine or the platform has no room for.

    Raises:
        UnfitError: it has none.
    """
    cores = psutil.cpu_count() or 1
    if spec.workers > cores:
        raise UnfitError(f"{spec.workers} workers were asked for, and this machine has {cores} cores")
    name, most = platform.metadata.name, platform.spec.ingest.max_batch_readings
    if Endpoint.BATCH in spec.called and spec.batch_size > most:
        raise UnfitError(f"batches of {spec.batch_size} were asked for, and {name} takes {most} at most")
