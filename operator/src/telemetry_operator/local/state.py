"""A platform's state directory on this machine: where everything of it is that outlives a command.

```
<name>/
  format            the version of this layout
  applied.json      what was applied last
  ports.json        the ports chosen, by name
  secrets/          passwords, device keys' secrets, revocations
  data/ logs/ run/  the servers' data, all logs, what belongs to running processes
```
Everything is its owner's alone (0700, 0600).
"""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import platformdirs

from telemetry_contract.keys import Keyring, format_keyring
from telemetry_operator import generated
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.files import exclusive, read_private, write_private
from telemetry_operator.local.processes import find_recorded

APPLICATION = "telemetry-platform"
FORMAT = "1"


class StateError(PlatformError):
    """The state directory cannot be used."""


class UnknownPlatformError(PlatformError):
    """No platform of this name was ever brought up on this machine."""


@dataclass(frozen=True, slots=True)
class State:
    """The paths of one platform's state, which exists once `open_state` returned it."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def supervisor_record(self) -> Path:
        return self.run / "supervisord.process"

    @property
    def applied(self) -> Path:
        return self.root / "applied.json"

    @property
    def keys_file(self) -> Path:
        return self.root / "secrets" / "keys.json"

    @property
    def revocations_file(self) -> Path:
        return self.root / "secrets" / "revocations.json"

    def password(self, server: str) -> str:
        """Return the password of one of our own servers, made on the first call."""
        path = self.root / "secrets" / f"{server}-password"
        if not path.exists():
            write_private(path, generated.new_password(secrets.token_bytes).encode())
        return path.read_text()

    def ports(self) -> dict[str, int]:
        path = self.root / "ports.json"
        return read_private(path, dict[str, int]) if path.exists() else {}

    def remember_ports(self, ports: dict[str, int]) -> None:
        write_private(self.root / "ports.json", msgspec.json.encode(ports))

    def delete(self) -> None:
        shutil.rmtree(self.root)


def cache_directory() -> Path:
    return platformdirs.user_cache_path(APPLICATION, appauthor=False)


def states_directory() -> Path:
    return platformdirs.user_state_path(APPLICATION, appauthor=False)


def platform_names() -> list[str]:
    """Return the names of all platforms that have a state here.

    Raises:
        StateError: there may be some, and we may not look.
    """
    with _explained("read"):
        try:
            found = list(states_directory().iterdir())
        except FileNotFoundError:
            return []
        return sorted(path.name for path in found if (path / "format").exists())


def choose_state(name: str | None) -> State:
    """Return the state of a platform that was brought up here; without a name, of the only one (that runs).

    Raises:
        UnknownPlatformError: there is none of that name, or more than one and no name.
        StateError: we may not look.
    """
    known = platform_names()
    chosen = [name] if name is not None else [one for one in known if is_running(one)] or known
    if len(chosen) == 1 and chosen[0] in known:
        return open_state(chosen[0])
    here = f"platforms here: {', '.join(known)}" if known else "there is none here yet: telemetryctl up FILE"
    what = "say which platform is meant" if len(chosen) > 1 else f"no platform {name or ''}".rstrip()
    raise UnknownPlatformError(what, hint=here)


def is_running(name: str) -> bool:
    """Tell whether a platform's supervisor runs."""
    return find_recorded(State(states_directory() / name).supervisor_record) is not None


def was_up(name: str) -> bool:
    """Tell whether a platform ever came up here; what was left by one that did not is nobody's data."""
    return State(states_directory() / name).applied.exists()


def open_state(name: str) -> State:
    """Return the state of a platform, made where there is none yet.

    Raises:
        StateError: it cannot be written, or another release made it.
    """
    state = State(states_directory() / name)
    with _explained("write"):
        _make(state)
    return state


def _make(state: State) -> None:
    state.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_format(state.root)
    for directory in (state.data, state.logs, state.run, state.keys_file.parent):
        directory.mkdir(mode=0o700, exist_ok=True)
    if not state.keys_file.exists():
        write_private(state.keys_file, format_keyring(new_keyring(time.time_ns() // 1000)))
    if not state.revocations_file.exists():
        write_private(state.revocations_file, generated.NO_REVOCATIONS.encode())


def new_keyring(now: int) -> Keyring:
    """Return a keyring of one new secret; `now` is in microseconds."""
    return generated.new_keyring(secrets.token_bytes, now)


def _check_format(root: Path) -> None:
    file = root / "format"
    if not any(root.iterdir()):
        write_private(file, FORMAT.encode())
        return
    found = file.read_text().strip() if file.exists() else "none"
    if found != FORMAT:
        raise StateError(
            f"{root} was made by another release: its format is {found}, this release needs {FORMAT}",
            hint=f"bring it down with the release that made it, or move the directory away: mv {root} {root}.old",
        )


def forget(name: str) -> None:
    """Leave nothing of a platform that is down, whose data is deleted, and that nobody else knows of."""
    _lock_of(name).unlink(missing_ok=True)


def _lock_of(name: str) -> Path:
    return states_directory() / f".{name}.lock"


@contextmanager
def locked(name: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Keep other commands from changing the same platform; `waiting` is called where one is at it already.

    Raises:
        StateError: the state directory cannot be written.
    """
    path = _lock_of(name)
    with _explained("write"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch()
    with exclusive(path, waiting):
        yield


@contextmanager
def _explained(verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError(
            f"cannot {verb} the state directory {error.filename}: {error.strerror}",
            hint="be the user whose platforms are there, or set XDG_STATE_HOME to a directory of yours",
        ) from error
