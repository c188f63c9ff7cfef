"""Device keys and tokens: proofs by HMAC that need no lookup.

A device key is `kid.generation.MAC`, a token is `kid.claims.MAC`; both MACs are HMAC-SHA256 (RFC 2104) over
length-prefixed parts, of which the first names the kind, so that one can never stand for the other. A generation is all
digits and claims begin with a letter, so the two are told apart by their text alone. Two secrets may be live at once.
"""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from telemetry_contract.readings import is_device
from telemetry_contract.times import format_time, parse_time

MIN_SECRET_BYTES: Final = 32
MAX_CREDENTIAL: Final = 2048  # characters; a longer one is not looked at
MAX_GENERATION: Final = 2**31 - 1


class Scope(StrEnum):
    """What the bearer of a token may do."""

    WRITE = "readings:write"
    READ = "readings:read"
    ADMIN = "admin"


class InvalidKeyring(ValueError):  # noqa: N818 - named for what it is about, as `MalformedBody`
    """The keys file cannot be used; its text says why."""


class Keyring(msgspec.Struct, frozen=True):
    """The live secrets by kid, and the one that signs; `created` says when they were made (µs), where that is known."""

    current: str
    secrets: dict[str, bytes]
    created: dict[str, int] = {}


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says of its bearer; `expires` is in seconds since the epoch."""

    subject: str
    scopes: tuple[Scope, ...]
    expires: int


class _KeyringFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    current: str
    secrets: dict[str, str]
    created: dict[str, str] = {}


class _DeviceCredential(msgspec.Struct, frozen=True):
    kid: str
    generation: int
    mac: str


def parse_keyring(text: bytes) -> Keyring:
    """Return the keyring of a keys file: `{"current": "k1", "secrets": {"k1": "<base64url>"}}`.

    It may also say when secrets were made: `"created": {"k1": "<RFC 3339>"}`.

    Raises:
        InvalidKeyring: the file has another shape, no current secret, or a secret shorter than 32 bytes.
    """
    try:
        file = msgspec.convert(_load(text), _KeyringFile)
        secrets = {kid: _decode(secret) for kid, secret in file.secrets.items()}
        created = {kid: parse_time(text) for kid, text in file.created.items()}
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InvalidKeyring(f"the keys file is not usable: {error}") from None
    if file.current not in secrets:
        raise InvalidKeyring(f"the keys file names {file.current!r} as current and holds {sorted(secrets)}")
    for kid, secret in secrets.items():
        if not (kid.isascii() and kid.isalnum()) or len(secret) < MIN_SECRET_BYTES:
            raise InvalidKeyring(f"secret {kid!r} needs an alphanumeric name and at least {MIN_SECRET_BYTES} bytes")
    return Keyring(file.current, secrets, created)


def format_keyring(keyring: Keyring) -> bytes:
    """Return the text of a keys file."""
    secrets = {kid: _encode(secret) for kid, secret in keyring.secrets.items()}
    created = {kid: format_time(time) for kid, time in keyring.created.items()}
    return msgspec.json.format(msgspec.json.encode(_KeyringFile(keyring.current, secrets, created))) + b"\n"


def parse_revocations(text: bytes) -> dict[str, int]:
    """Return the minimum generation of each device that has had keys revoked.

    Raises:
        ValueError: the file is not an object of device ids and generations.
    """
    try:
        revocations = msgspec.convert(_load(text), dict[str, Annotated[int, msgspec.Meta(ge=0)]])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(f"the revocations file is not usable: {error}") from None
    for device in revocations:
        if not is_device(device):
            raise ValueError(f"the revocations file names {device!r:.200}, which is no device id")
    return revocations


def make_device_key(keyring: Keyring, device: str, generation: int = 0) -> str:
    """Return a device's key, signed with the current secret.

    Raises:
        ValueError: no device can have this id, or the generation is not between 0 and `MAX_GENERATION`.
    """
    if not is_device(device) or not 0 <= generation <= MAX_GENERATION:
        raise ValueError(f"no key can be made for device {device!r:.200}, generation {generation}")
    mac = _device_mac(keyring.secrets[keyring.current], device, generation)
    return f"{keyring.current}.{generation}.{_encode(mac)}"


def verify_device_key(keyring: Keyring, key: str, device: str, minimum_generation: int = 0) -> bool:
    """Tell whether `key` is this device's, from a live secret, and of a generation that is not revoked."""
    credential = _parse_device_key(key)
    if credential is None or credential.generation < minimum_generation or not is_device(device):
        return False
    secret = keyring.secrets.get(credential.kid)
    return secret is not None and _is_mac(credential.mac, _device_mac(secret, device, credential.generation))


def is_device_key(credential: str) -> bool:
    """Tell a device key from a token by its form alone; it proves nothing."""
    middle = credential.partition(".")[2].partition(".")[0]
    return middle.isdecimal() and middle.isascii()


def make_token(keyring: Keyring, claims: Claims) -> str:
    """Return a token, signed with the current secret.

    Raises:
        ValueError: the claims make it longer than `MAX_CREDENTIAL`.
    """
    text = _encode(msgspec.json.encode(claims))
    mac = _mac(keyring.secrets[keyring.current], b"token", text.encode())
    token = f"{keyring.current}.{text}.{_encode(mac)}"
    if len(token) > MAX_CREDENTIAL:
        raise ValueError(f"the token would have {len(token)} characters, at most {MAX_CREDENTIAL} are looked at")
    return token


def verify_token(keyring: Keyring, token: str, now: float) -> Claims | None:
    """Return the claims of a token if a live secret signed it and it has not expired at `now` (seconds)."""
    if len(token) > MAX_CREDENTIAL or not token.isascii():
        return None
    kid, _, rest = token.partition(".")
    text, _, mac = rest.partition(".")
    secret = keyring.secrets.get(kid)
    if secret is None or not _is_mac(mac, _mac(secret, b"token", text.encode())):
        return None
    try:
        claims = msgspec.json.decode(_decode(text), type=Claims)
    except (msgspec.MsgspecError, ValueError):
        return None
    return claims if now < claims.expires else None


def _parse_device_key(key: str) -> _DeviceCredential | None:
    if len(key) > MAX_CREDENTIAL or not key.isascii():
        return None
    kid, _, rest = key.partition(".")
    generation, _, mac = rest.partition(".")
    if not generation.isdecimal() or len(generation) > len(str(MAX_GENERATION)):
        return None
    number = int(generation)
    # One text per key: no leading zeros.
    return _DeviceCredential(kid, number, mac) if number <= MAX_GENERATION and generation == str(number) else None


def _device_mac(secret: bytes, device: str, generation: int) -> bytes:
    return _mac(secret, b"device", device.encode(), str(generation).encode())


def _mac(secret: bytes, *parts: bytes) -> bytes:
    return hmac.digest(secret, b"".join([len(part).to_bytes(2) + part for part in parts]), "sha256")


def _is_mac(text: str, mac: bytes) -> bool:
    """Tell whether an ASCII text is a MAC's, in a time that says nothing. Each MAC has one text, so none is decoded."""
    return hmac.compare_digest(text.encode(), _encode(mac).encode())


def _load(text: bytes) -> object:
    return json.loads(text.decode(), object_pairs_hook=_to_object)


def _to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two secrets by one name, or two generations of one device, either could be meant.
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands in it more than once")
    return result


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(f"not base64url: {error}") from None
    if _encode(decoded) != text:
        raise ValueError("not base64url in its one canonical form")
    return decoded
