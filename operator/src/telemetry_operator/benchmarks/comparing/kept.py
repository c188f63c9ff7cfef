"""What a comparison keeps while it runs, so that it goes on where it was ended, by whomever.

```
<run>/
  begun.json        what was declared: manifest, plan, versions, machine
  cells/            a record of each cell that was run
  runs/             the whole result of each
  comparison.json   the end; without it the comparison is unfinished
```
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Final

import msgspec
import platformdirs

from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell, cells_of
from telemetry_loadtest.comparison_results import CellRecord, Comparison, encode_comparison
from telemetry_loadtest.results import Machine, Result, encode_result
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.files import read_private, write_private
from telemetry_operator.local.state import APPLICATION

BEGUN: Final = "begun.json"
END: Final = "comparison.json"
SUFFIX: Final = ".json"


class UnknownComparisonError(PlatformError):
    """There is no comparison of this name."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What was declared before the first cell. The names of its platforms carry `token`, and no others do."""

    run: str
    token: str
    began: str
    manifest: str
    spec: dict[str, object]
    plan: ComparisonPlan
    versions: dict[str, str]
    machine: Machine


@dataclass(frozen=True, slots=True)
class Kept:
    """One comparison's directory."""

    root: Path
    begun: Begun

    @property
    def finished(self) -> bool:
        return self.end.exists()

    @property
    def end(self) -> Path:
        return self.root / END

    @property
    def total(self) -> int:
        """How many cells there are in all."""
        return len(cells_of(self.begun.plan))

    def records(self) -> list[CellRecord]:
        """The cells that were run, in the order of their names."""
        return [read_private(path, CellRecord) for path in sorted((self.root / "cells").glob(f"*{SUFFIX}"))]

    def remaining(self) -> list[PlannedCell]:
        """The cells that have no record yet, in their order."""
        done = {record.name for record in self.records()}
        return [cell for cell in cells_of(self.begun.plan) if cell.name not in done]

    def keep(self, record: CellRecord) -> None:
        _write(self.root / "cells" / f"{record.name}{SUFFIX}", msgspec.json.format(msgspec.json.encode(record)))

    def forget(self, record: CellRecord) -> None:
        """Let its cell be run again."""
        (self.root / "cells" / f"{record.name}{SUFFIX}").unlink()

    def keep_result(self, cell: str, result: Result) -> None:
        _write(self.root / "runs" / f"{cell}{SUFFIX}", encode_result(result))

    def finish(self, comparison: Comparison) -> None:
        _write(self.end, encode_comparison(comparison))


def comparisons_directory() -> Path:
    return platformdirs.user_data_path(APPLICATION) / "comparisons"


def new_token() -> str:
    """Something by chance, short enough for the name of a platform."""
    return token_hex(3)


def name_comparison(name: str, token: str) -> str:
    return f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{token}"


def begin(begun: Begun) -> Kept:
    """Keep what is declared, in a directory of its own."""
    root = comparisons_directory() / begun.run
    _write(root / BEGUN, msgspec.json.format(msgspec.json.encode(begun)))
    return Kept(root, begun)


def all_kept() -> list[Kept]:
    """Every comparison of this machine's user, oldest first."""
    files = sorted(comparisons_directory().glob(f"*/{BEGUN}"), key=lambda path: (path.stat().st_mtime_ns, path.parent))
    return [Kept(path.parent, read_private(path, Begun)) for path in files]


def last_of(name: str) -> Kept | None:
    """The newest comparison that a manifest of this name began."""
    return next((kept for kept in reversed(all_kept()) if kept.begun.plan.name == name), None)


def find_comparison(name: str) -> Path:
    """The result of a finished comparison: by its run's name, the beginning of it, as a path, or `last`.

    Raises:
        UnknownComparisonError: none has the name, or several begin with it.
    """
    if (given := Path(name)).suffix == SUFFIX and given.exists():
        return given
    ends = {kept.begun.run: kept.end for kept in all_kept() if kept.finished}
    names = list(ends)
    if name == "last" and names:
        return ends[names[-1]]
    matching = [name] if name in ends else [one for one in names if one.startswith(name)]
    if len(matching) == 1:
        return ends[matching[0]]
    known = f"finished are: {', '.join(names[-10:])}" if names else "none is finished yet: telemetryctl compare FILE"
    raise UnknownComparisonError(f"{len(matching) or 'no'} comparisons begin with {name!r}", hint=known)


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, text)
