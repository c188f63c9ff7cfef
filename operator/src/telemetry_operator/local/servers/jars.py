"""The released jars of Apache Kafka: had from Maven Central once, kept in the cache, each held to its pinned SHA-256.

`kafka_jars.sha256` lists every jar that Kafka's own dependencies name, so nothing is resolved at run time and nothing
unlisted is ever loaded. A file lock lets two platforms start at the same time.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from telemetry_operator.errors import PlatformError
from telemetry_operator.local.files import exclusive

if TYPE_CHECKING:
    from jgo.maven import MavenContext

PARALLEL_DOWNLOADS = 8
DOWNLOAD_TIMEOUT_SECONDS = 30
PINS = "kafka_jars.sha256"


class JarMismatchError(PlatformError):
    """A jar is not the one that was pinned."""


class DownloadError(PlatformError):
    """The jars cannot be had from Maven Central."""


class CacheError(PlatformError):
    """The cache cannot be written."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One jar by its Maven coordinates, and the SHA-256 of its content."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def filename(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def read_pins() -> tuple[Pin, ...]:
    lines = resources.files(__package__).joinpath(PINS).read_text().splitlines()
    return tuple(_parse_pin(line) for line in lines)


def _parse_pin(line: str) -> Pin:
    sha256, coordinates = line.split()
    group, artifact, version = coordinates.split(":")
    return Pin(sha256, group, artifact, version)


def provide_jars(directory: Path, pins: Sequence[Pin]) -> None:
    """Put every pinned jar into `directory`; those that are there and right are left alone.

    Raises:
        JarMismatchError: what was had is not what was pinned.
        DownloadError: no network, or Maven Central does not have a jar.
        CacheError: the directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with exclusive(directory / ".lock"):
            missing = [pin for pin in pins if not _matches(directory / pin.filename, pin)]
            if missing:
                _fetch_all(directory, missing)
    except OSError as error:
        raise CacheError(
            f"cannot write the cache directory {directory}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a directory of yours",
        ) from error


def _fetch_all(directory: Path, pins: Sequence[Pin]) -> None:
    """Download beside the jars into a directory that goes with us: a download cut off leaves nothing to trust."""
    # Only a first start needs them, and they take long to import.
    import requests  # noqa: PLC0415
    from jgo.constants import default_maven_repo  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    maven = Path(os.environ.get("M2_REPO", default_maven_repo()))
    with tempfile.TemporaryDirectory(dir=directory, prefix=".download-") as downloads:
        context = MavenContext(repo_cache=Path(downloads), local_repos=[maven], timeout=DOWNLOAD_TIMEOUT_SECONDS)
        try:
            with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
                fetched = list(pool.map(lambda pin: _fetch(context, pin), pins))
        except (requests.RequestException, RuntimeError) as error:
            raise DownloadError(f"no network? {type(error).__name__}") from error
        for pin, path in zip(pins, fetched, strict=True):
            copy = shutil.copyfile(path, Path(downloads, pin.filename))
            copy.replace(directory / pin.filename)


def _fetch(context: "MavenContext", pin: Pin) -> Path:
    path = context.project(pin.group, pin.artifact).at_version(pin.version).artifact().resolve()
    if not _matches(path, pin):
        raise JarMismatchError(
            f"{path} is not the released {pin.artifact} {pin.version}: its SHA-256 is not the pinned one",
            hint="if the file is still there, remove it; then try again",
        )
    return path


def _matches(path: Path, pin: Pin) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == pin.sha256
    except FileNotFoundError:
        return False
