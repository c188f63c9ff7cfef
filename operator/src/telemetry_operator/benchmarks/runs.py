"""Where results are kept: one JSON file a run in the user's data directory, found again by the run's name."""

from pathlib import Path
from typing import Final

import platformdirs

from telemetry_loadtest.results import Result, encode_result
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.state import APPLICATION

SUFFIX: Final = ".json"


class UnknownRunError(PlatformError):
    """There is no result of this name."""


def runs_directory() -> Path:
    return platformdirs.user_data_path(APPLICATION) / "benchmarks"


def save_run(result: Result) -> Path:
    """Keep a result, and return its file."""
    directory = runs_directory()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{result.provenance.run}{SUFFIX}"
    path.write_bytes(encode_result(result))
    return path


def run_names() -> list[str]:
    """The runs that are kept, oldest first."""
    files = sorted(runs_directory().glob(f"*{SUFFIX}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [path.stem for path in files]


def find_run(name: str) -> Path:
    """The file of a run: by its name, the beginning of its name, or as a path. `last` is the newest.

    Raises:
        UnknownRunError: none has the name, or several begin with it.
    """
    if (given := Path(name)).suffix == SUFFIX and given.exists():
        return given
    names = run_names()
    if name == "last" and names:
        return runs_directory() / f"{names[-1]}{SUFFIX}"
    matching = [name] if name in names else [one for one in names if one.startswith(name)]
    if len(matching) == 1:
        return runs_directory() / f"{matching[0]}{SUFFIX}"
    known = f"kept are: {', '.join(names[-10:])}" if names else "none is kept yet: telemetryctl bench FILE"
    raise UnknownRunError(f"{len(matching) or 'no'} runs begin with {name!r}", hint=known)
