"""Changing a platform's keys and revocations in their files, which the services read again by themselves.

A file is changed under a lock and replaced at once, so that nobody reads half of it and no change of another is lost.

A rotation has two steps, for services look at their own pace: the new secret is added, and signs only once all of them
know it. `rotate` yields between the steps; whoever drives it waits there. The old secret stays live until the next one.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from telemetry_contract.keys import (
    MAX_GENERATION,
    InvalidKeyring,
    Keyring,
    format_keyring,
    parse_keyring,
    parse_revocations,
)
from telemetry_contract.readings import is_device, is_reserved
from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_operator.errors import PlatformError
from telemetry_operator.generated import KEY_BYTES
from telemetry_operator.local.files import exclusive, write_private

T = TypeVar("T")

_LIVE: Final = 2  # secrets at a time
_NUMBERED: Final = re.compile(r"k([0-9]{1,9})")


class CredentialsError(PlatformError):
    """The change cannot be made; the files are as they were."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """A device's minimum generation before and now."""

    device: str
    before: int
    minimum: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """The keyring as it will be, and the secret that went."""

    keyring: Keyring
    dropped: str | None


def revoke(file: Path, device: str, minimum: int | None = None) -> Revocation:
    """Refuse a device's keys below `minimum`; left out, one above the minimum that stands.

    Raises:
        CredentialsError: it would bring revoked keys back, or device or file cannot be.
    """
    if not is_device(device) or is_reserved(device):
        raise CredentialsError(f"{device!r} is no device whose keys could be revoked")
    with _changing(file) as path:
        revocations = _parse(path, parse_revocations)
        before = revocations.get(device, 0)
        wanted = before + 1 if minimum is None else minimum
        if not before <= wanted <= MAX_GENERATION:
            hint = f"the minimum of {device} is {before}, and may rise to {MAX_GENERATION}"
            raise CredentialsError(f"generation {wanted} would bring revoked keys back, or is too high", hint=hint)
        if wanted != before:
            write_private(path, _format_revocations(revocations | {device: wanted}))
        return Revocation(device, before, wanted)


@contextmanager
def rotate(file: Path, now: int, *, drop: bool = False) -> Iterator[Rotation]:
    """Add a new secret, and let it sign from when the block has ended well; `now` is in microseconds.

    `drop` allows that the secret that does not sign goes, where there are two.

    Raises:
        CredentialsError: a secret would have to go and may not, or the file cannot be read.
    """
    with _changing(file) as path:
        keyring = _parse(path, parse_keyring)
        spare = _spare(keyring)
        if spare is not None and not drop:
            raise _would_drop(keyring, spare, now)
        kid = _next_kid(keyring)
        live = {name: secret for name, secret in keyring.secrets.items() if name != spare}
        live[kid] = secrets.token_bytes(KEY_BYTES)
        created = {name: at for name, at in keyring.created.items() if name in live} | {kid: now}
        write_private(path, format_keyring(Keyring(keyring.current, live, created)))
        signing = Keyring(kid, live, created)
        yield Rotation(signing, spare)
        write_private(path, format_keyring(signing))


def age_in_words(keyring: Keyring, kid: str, now: int) -> str:
    """Say how long ago a secret was made."""
    created = keyring.created.get(kid)
    return "at an unknown time" if created is None else f"{max(0, now - created) // MICROSECONDS_PER_SECOND:,} s ago"


def _spare(keyring: Keyring) -> str | None:
    """Return the secret that must go before another may come: the oldest of those that do not sign."""
    others = [kid for kid in keyring.secrets if kid != keyring.current]
    return min(others, key=lambda kid: keyring.created.get(kid, 0)) if len(keyring.secrets) >= _LIVE else None


def _would_drop(keyring: Keyring, spare: str, now: int) -> CredentialsError:
    made = age_in_words(keyring, spare, now)
    return CredentialsError(
        f"two secrets are live; rotating again would drop {spare}, made {made}: what it signed would be refused",
        hint="--drop does so; see `telemetryctl key list`",
    )


def _next_kid(keyring: Keyring) -> str:
    numbers = [int(found[1]) for found in map(_NUMBERED.fullmatch, keyring.secrets) if found]
    return f"k{max(numbers, default=0) + 1}"


def _format_revocations(revocations: dict[str, int]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(dict(sorted(revocations.items())))) + b"\n"


@contextmanager
def _changing(file: Path) -> Iterator[Path]:
    """Hold the lock of a file that is about to be replaced; a link stays one."""
    path = file.resolve()
    try:
        with exclusive(path.with_name(f".{path.name}.lock")):
            yield path
    except OSError as error:
        raise CredentialsError(f"cannot change {file}: {error.strerror}") from None


def _parse(path: Path, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(path.read_bytes())
    except (InvalidKeyring, ValueError) as error:
        raise CredentialsError(f"{path}: {error}") from None
