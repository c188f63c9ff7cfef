"""What `telemetryctl validate` says of a file: plain values for a program, tables for a person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from pydantic import BaseModel
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_operator.commands.validation_runs import (
    benchmark_rows,
    comparison_rows,
    plain_benchmark,
    plain_comparison,
)
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.kinds import parse_kinds
from telemetry_operator.specs.layout import Bounds, components_of, provider_of, replica_bounds, servers_of
from telemetry_operator.specs.manifest import ManifestError, read_text
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.risks import risks_of

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Validation:
    """What a file's manifests describe, or the faults that keep it from describing any, one line each."""

    file: Path
    manifests: tuple[BaseModel, ...]
    faults: tuple[str, ...]
    hint: str | None = None

    @property
    def valid(self) -> bool:
        return not self.faults


def validate_file(file: Path) -> Validation:
    try:
        return Validation(file, tuple(parse_kinds(read_text(file), source=str(file))), ())
    except ManifestError as error:
        return Validation(file, (), tuple(error.message.splitlines()), error.hint)


def plain_validation(validation: Validation) -> Plain:
    return {
        "file": str(validation.file),
        "valid": validation.valid,
        "faults": list(validation.faults),
        "platforms": [plain_platform(one) for one in validation.manifests if isinstance(one, TelemetryPlatform)],
        "benchmarks": [plain_benchmark(one) for one in validation.manifests if isinstance(one, TelemetryBenchmark)],
        "comparisons": [
            plain_comparison(one) for one in validation.manifests if isinstance(one, ArchitectureComparison)
        ],
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
    """Tables of what a file describes; none of an invalid file, whose faults are errors like all others."""
    return Group(*(_report(validation.file, one) for one in validation.manifests))


def _report(file: Path, manifest: BaseModel) -> RenderableType:
    match manifest:
        case TelemetryPlatform():
            risks = risks_of(manifest.spec)
            warnings = [Text(f"warning: {dotted(risk.path)}: {risk.message}", style="yellow") for risk in risks]
            return Group(_table(file, manifest.metadata.name, _rows(manifest)), *warnings)
        case TelemetryBenchmark():
            return _table(file, manifest.metadata.name, benchmark_rows(manifest))
        case ArchitectureComparison():
            return _table(file, manifest.metadata.name, comparison_rows(manifest))
        case _:
            raise AssertionError(f"{type(manifest).__name__} is told of nowhere")


def _table(file: Path, name: str, rows: Iterable[tuple[str, str]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for title, text in rows:
        table.add_row(Text(title, style="dim"), text)
    return Group(Text(f"{file}: {name} is valid", style="green"), table)


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
