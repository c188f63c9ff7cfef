"""What must not change under one name, because data would be left behind: told before anything is stopped."""

from collections.abc import Iterator

from telemetry_contract.architecture import Writes
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.applied import Applied
from telemetry_operator.local.endpoints import given
from telemetry_operator.local.options import Options
from telemetry_operator.specs.backing import Provider
from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.layout import Server, provider_of, servers_of
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.transitions import partitions_are_fixed


class LossRefusedError(PlatformError):
    """A change would leave data behind, and nobody said that this is meant."""


def refuse_loss(applied: Applied | None, platform: TelemetryPlatform, options: Options) -> None:
    """Compare with what was applied last.

    Raises:
        LossRefusedError: data would be left behind, or what is fixed at creation differs.
    """
    if applied is None:
        return
    name = platform.metadata.name
    if fixed := list(partitions_are_fixed(applied.platform.spec, platform.spec)):
        said = "; ".join(f"{dotted(finding.path)}: {finding.message}" for finding in fixed)
        raise LossRefusedError(
            f"platform {name} exists, and cannot be changed in this: {said}",
            hint=f"give the manifest another name, or delete this one first: telemetryctl down {name} --delete-data",
        )
    left = list(_left_behind(applied, platform, options))
    if left and not options.replace:
        raise LossRefusedError(
            f"platform {name} exists, and this change would leave data behind: {'; '.join(left)}",
            hint="give the manifest another name, or --replace if this is meant",
        )


def _left_behind(applied: Applied, new: TelemetryPlatform, options: Options) -> Iterator[str]:
    old = applied.platform
    before, after = old.spec.choices, new.spec.choices
    if before.store is not after.store:
        yield f"spec.store was {before.store} and would be {after.store} (its history)"
    if before.writes is Writes.KAFKA and after.writes is not Writes.KAFKA:
        yield f"spec.writes was {before.writes} and would be {after.writes} (readings accepted and not stored yet)"
    for server in (Server.POSTGRES, Server.KAFKA):
        places = _place(old, applied.options, server), _place(new, options, server)
        if None not in places and places[0] != places[1]:
            yield f"{server} was {places[0]} and would be {places[1]}"


def _place(platform: TelemetryPlatform, options: Options, server: Server) -> str | None:
    """Say where a server's data is, without secrets; None where the platform has no such server."""
    if server not in servers_of(platform.spec):
        return None
    if (address := given(options).get(server)) is not None:
        return address.rpartition("@")[2]
    if provider_of(platform.spec, server) is Provider.BUILTIN:
        return "embedded"
    external = platform.spec.postgres.external if server is Server.POSTGRES else platform.spec.kafka.external
    return "unknown" if external is None else external.address
