"""What `telemetryctl validate` says of a file: plain values for a program, tables for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.layout import Bounds, components_of, provider_of, replica_bounds, servers_of
from telemetry_operator.specs.manifest import ManifestError, parse_manifests, read_text
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.risks import risks_of

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Validation:
    """A file's platforms, or the faults that keep it from having any, one line each."""

    file: Path
    platforms: tuple[TelemetryPlatform, ...]
    faults: tuple[str, ...]
    hint: str | None = None

    @property
    def valid(self) -> bool:
        return not self.faults


def validate_file(file: Path) -> Validation:
    try:
        return Validation(file, tuple(parse_manifests(read_text(file), source=str(file))), ())
    except ManifestError as error:
        return Validation(file, (), tuple(error.message.splitlines()), error.hint)


def plain_validation(validation: Validation) -> Plain:
    return {
        "file": str(validation.file),
        "valid": validation.valid,
        "faults": list(validation.faults),
        "platforms": [plain_platform(platform) for platform in validation.platforms],
    }


def plain_platform(platform: TelemetryPlatform) -> Plain:
    """What a platform would be: its four choices, what it runs, and what its owner may regret."""
    spec = platform.spec
    return {
        "name": platform.metadata.name,
        "preset": spec.architecture.value,
        "architecture": msgspec.to_builtins(spec.choices),
        "components": {name.value: replica_bounds(spec, name)._asdict() for name in components_of(spec)},
        "servers": {server.value: provider_of(spec, server).value for server in servers_of(spec)},
        "warnings": [{"path": dotted(risk.path), "message": risk.message} for risk in risks_of(spec)],
    }


def validation_report(validation: Validation) -> RenderableType:
    """Tables of a file's platforms; none of an invalid file, whose faults are errors like all others."""
    return Group(*(_platform_report(validation.file, platform) for platform in validation.platforms))


def _platform_report(file: Path, platform: TelemetryPlatform) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for title, text in _rows(platform):
        table.add_row(Text(title, style="dim"), text)
    warnings = (
        Text(f"warning: {dotted(risk.path)}: {risk.message}", style="yellow") for risk in risks_of(platform.spec)
    )
    return Group(Text(f"{file}: {platform.metadata.name} is valid", style="green"), table, *warnings)


def _rows(platform: TelemetryPlatform) -> Iterator[tuple[str, str]]:
    spec = platform.spec
    choices = ", ".join(f"{name}: {value}" for name, value in msgspec.to_builtins(spec.choices).items())
    yield "architecture", f"{spec.architecture.value} ({choices})"
    for component in components_of(spec):
        yield component.value, _replicas(replica_bounds(spec, component))
    for server in servers_of(spec):
        yield server.value, provider_of(spec, server).value


def _replicas(bounds: Bounds) -> str:
    least, most = bounds
    count = f"{least}" if least == most else f"{least} to {most}"
    return f"{count} {'replica' if most == 1 else 'replicas'}"
