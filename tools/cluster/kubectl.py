"""kubectl as tests and tools speak it: each call names the context, and an error says kubectl's own words."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from ruamel.yaml import YAML

from tools.cluster.contexts import Context

T = TypeVar("T")
Object = dict[str, Any]

CALL_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.5  # between two looks; each costs a process


class KubectlError(Exception):
    """kubectl refused; the message holds its own words."""


class NotFoundError(Exception):
    """There is no such object."""


class TooLateError(Exception):
    """What was waited for did not come about in time."""


class Kubectl:
    """One context and one namespace. What is made with `apply` has the manager of a person's `kubectl apply`."""

    def __init__(self, context: Context, namespace: str = "default") -> None:
        self.context = context
        self.namespace = namespace
        self.program = shutil.which("kubectl") or "kubectl"

    def within(self, namespace: str) -> Self:
        return type(self)(self.context, namespace)

    def argv(self, *arguments: str) -> list[str]:
        return [self.program, "--context", self.context.name, "--namespace", self.namespace, *arguments]

    def __call__(self, *arguments: str, stdin: str | None = None, timeout: float = CALL_SECONDS) -> str:
        """Return standard output.

        Raises:
            KubectlError: it ended with an error.
        """
        argv = self.argv(*arguments)
        ended = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False, timeout=timeout)
        if ended.returncode != 0:
            raise KubectlError(f"kubectl {' '.join(arguments)}: {ended.stderr.strip() or ended.stdout.strip()}")
        return ended.stdout

    def apply(self, *manifests: Object | Path) -> None:
        """Apply files, or all `*.yaml` of folders, or objects."""
        items = [document for manifest in manifests for document in documents_of(manifest)]
        self("apply", "--filename", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))

    def get(self, kind: str, name: str) -> Object | None:
        found = self("get", kind, name, "--ignore-not-found", "--output", "json")
        return dict(json.loads(found)) if found else None

    def need(self, kind: str, name: str) -> Object:
        """As `get`, where it must be there.

        Raises:
            NotFoundError: it is not.
        """
        found = self.get(kind, name)
        if found is None:
            raise NotFoundError(f"there is no {kind} {name} in {self.namespace}")
        return found

    def list(self, kinds: str, selector: str = "") -> Sequence[Object]:
        return list(json.loads(self("get", kinds, "--selector", selector, "--output", "json"))["items"])

    def patch(self, kind: str, name: str, change: Object) -> None:
        self("patch", kind, name, "--type", "merge", "--patch", json.dumps(change))

    def delete(self, kind: str, name: str, *options: str) -> None:
        self("delete", kind, name, "--ignore-not-found", *options)

    def wait(self, what: str, condition: str, seconds: float = CALL_SECONDS) -> None:
        """Wait as `kubectl wait --for=condition` does, which watches.

        Raises:
            TooLateError: it did not come about.
        """
        try:
            self("wait", what, f"--for={condition}", f"--timeout={seconds:g}s", timeout=seconds + CALL_SECONDS)
        except KubectlError as error:
            raise TooLateError(f"after {seconds:g} s {what} is not {condition}: {error}") from None


def until(condition: Callable[[], T], *, what: str, seconds: float = CALL_SECONDS) -> T:
    """Return the first truthy value of a condition that `kubectl wait` has no word for.

    Raises:
        TooLateError: it stayed falsy.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TooLateError(f"after {seconds:g} s still not: {what}; last seen: {value!r}")
        time.sleep(LOOK_SECONDS)
    return value


def documents_of(manifest: Object | Path) -> list[Object]:
    """The objects of one manifest, of a file, or of a folder of files in the order of their names."""
    if isinstance(manifest, dict):
        return [manifest]
    files = sorted(manifest.glob("*.yaml")) if manifest.is_dir() else [manifest]
    return [dict(document) for file in files for document in YAML(typ="safe").load_all(file) if document]
