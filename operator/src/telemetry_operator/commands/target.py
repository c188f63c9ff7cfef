"""Which platform is meant, by name or by address, and with what right we speak to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from telemetry_contract.keys import Claims, InvalidKeyring, Keyring, Scope, make_token, parse_keyring
from telemetry_contract.settings import Component
from telemetry_operator.client.credentials import DeviceKeys, Gateway, SigningGateway
from telemetry_operator.client.sending import Target
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.applied import read_applied
from telemetry_operator.local.state import choose_state, is_running

_READER_SECONDS: Final = 86_400
_SUBJECT: Final = "telemetryctl"
_PRODUCER: Final = str(Component.PRODUCER)
_ANALYTICS: Final = str(Component.ANALYTICS)


class TargetError(PlatformError):
    """It is not clear which platform is meant, or with what right."""


class Sign(StrEnum):
    """Whose credential is made of the keys file: each device's own, or one gateway's for batches of many devices."""

    DEVICE = "device"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a platform's two services are, and its keys file where it is at hand."""

    producer: str
    analytics: str
    keys_file: Path | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line; None where nothing was."""

    platform: str | None = None
    to: str | None = None
    analytics: str | None = None
    keys_file: Path | None = None
    token: str | None = None
    reader_token: str | None = None
    sign: Sign = Sign.DEVICE


def find_local(name: str | None) -> Addresses:
    """Return where a platform of this machine is; without a name, the only one here.

    Raises:
        PlatformError: there is none of that name, more than one, or it takes no readings.
    """
    state = choose_state(name)
    applied = read_applied(state.applied)
    if applied is None or not {_PRODUCER, _ANALYTICS} <= applied.addresses.keys():
        raise TargetError(f"{state.name} has no producer and analytics to speak to", hint="telemetryctl up FILE")
    return Addresses(applied.addresses[_PRODUCER], applied.addresses[_ANALYTICS], state.keys_file)


def find_running(name: str | None) -> Addresses | None:
    """As `find_local`; `None` where the platform does not run, or has nothing to speak to."""
    if not is_running(choose_state(name).name):
        return None
    try:
        return find_local(name)
    except TargetError:
        return None


def resolve_target(wish: Wish, find_platform: Callable[[str | None], Addresses] = find_local) -> Target:
    """Return the platform that is meant; `find_platform` knows those of this machine by name (None: the only one).

    Raises:
        TargetError: two platforms are named, or there is neither a keys file nor a token.
    """
    addresses = _addresses_of(wish, find_platform)
    if wish.token is not None:
        return Target(addresses.producer, addresses.analytics, Gateway(wish.token), wish.reader_token or wish.token)
    if addresses.keys_file is None:
        raise TargetError(
            f"nothing says who is sending to {addresses.producer}",
            hint="give --token (or TELEMETRYCTL_TOKEN), or the platform's --keys-file",
        )
    keyring = read_keyring(addresses.keys_file)
    reader = wish.reader_token or reader_token(keyring)
    signer = SigningGateway(keyring, _SUBJECT) if wish.sign is Sign.GATEWAY else DeviceKeys(keyring)
    return Target(addresses.producer, addresses.analytics, signer, reader)


def resolve_administrator(wish: Wish, find_platform: Callable[[str | None], Addresses] = find_local) -> Target:
    """As `resolve_target`, for work that takes the scope admin: a token that is given must have it."""
    target = resolve_target(replace(wish, sign=Sign.GATEWAY), find_platform)
    if wish.token is not None:
        return target
    keys_file = _addresses_of(wish, find_platform).keys_file
    assert keys_file is not None  # noqa: S101 - without it or a token nothing would have been resolved
    claims = Claims(_SUBJECT, (Scope.ADMIN,), int(time.time()) + _READER_SECONDS)
    return replace(target, reader=make_token(read_keyring(keys_file), claims))


def reader_token(keyring: Keyring, seconds: int = _READER_SECONDS) -> str:
    """A token that may read, for as long."""
    return make_token(keyring, Claims(_SUBJECT, (Scope.READ,), int(time.time()) + seconds))


def read_keyring(file: Path) -> Keyring:
    """The keys of a platform.

    Raises:
        TargetError: the file cannot be read, or is no keys file.
    """
    try:
        return parse_keyring(file.read_bytes())
    except OSError as error:
        raise TargetError(f"cannot read the keys file {file}: {error.strerror}") from None
    except InvalidKeyring as error:
        raise TargetError(f"{file}: {error}") from None


def _addresses_of(wish: Wish, find_platform: Callable[[str | None], Addresses]) -> Addresses:
    if wish.to is None:
        found = find_platform(wish.platform)
        return Addresses(found.producer, wish.analytics or found.analytics, wish.keys_file or found.keys_file)
    if wish.platform is not None:
        raise TargetError("--to and --platform each name a platform", hint="give one of them")
    return Addresses(_address(wish.to), _address(wish.analytics or wish.to), wish.keys_file)


def _address(text: str) -> str:
    if not _is_address(text):
        raise TargetError(f"{text!r} is not an address", hint="an address looks like http://127.0.0.1:8080")
    return text.rstrip("/")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, half a bracket
        return False
