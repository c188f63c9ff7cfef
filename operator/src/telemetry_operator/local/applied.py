"""What was applied last, kept to compare the next manifest with and to find the platform by."""

from pathlib import Path

import msgspec

from telemetry_operator.local.files import read_private, write_private
from telemetry_operator.local.options import Options
from telemetry_operator.local.plan import Plan, Process
from telemetry_operator.specs.platform import TelemetryPlatform


class Applied(msgspec.Struct, frozen=True):
    """The manifest as it was given, the options beside it, and what came of them."""

    manifest: dict[str, object]
    options: Options
    processes: tuple[Process, ...]
    addresses: dict[str, str]

    @property
    def platform(self) -> TelemetryPlatform:
        return TelemetryPlatform.model_validate(self.manifest)


def applied_of(platform: TelemetryPlatform, options: Options, plan: Plan) -> Applied:
    manifest = platform.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Applied(manifest, options, plan.processes, plan.addresses)


def read_applied(path: Path) -> Applied | None:
    """Return what was applied last, None before the first time.

    Raises:
        UnreadableFileError: the file is none of ours any more.
    """
    return read_private(path, Applied) if path.exists() else None


def write_applied(path: Path, applied: Applied) -> None:
    write_private(path, msgspec.json.encode(applied))
