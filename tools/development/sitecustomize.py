# noqa: INP001 - Python looks for it by this name, in no package
"""In the development stage of the images: what was copied into a running container stands before what was installed.

A file `/tmp/synced/telemetry/core/x.py` is the module `telemetry.core.x`; every other module is found where it is.
Python imports this by itself at its start (PYTHONPATH leads here), so that the program only has to begin anew.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

SYNCED = Path("/tmp/synced")  # noqa: S108 - the one directory of the pods that can be written to


class SyncedFinder:
    """Finds modules below one directory, and leaves packages that are there in part the rest of their path."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        stem = self._root.joinpath(*fullname.split("."))
        if (module := stem.with_suffix(".py")).is_file():
            return spec_from_file_location(fullname, module)
        if (package := stem / "__init__.py").is_file():
            installed = PathFinder.find_spec(fullname, path)
            rest = (installed.submodule_search_locations if installed else None) or ()
            return spec_from_file_location(fullname, package, submodule_search_locations=[str(stem), *rest])
        return None


if __name__ == "sitecustomize":
    sys.meta_path.insert(0, SyncedFinder(SYNCED))
