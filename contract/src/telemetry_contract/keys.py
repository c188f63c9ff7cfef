"""Device keys and tokens: proofs by HMAC that need no lookup.

A device key is `kid.generation.MAC`, a token is `kid.claims.MAC`; both MACs are HMAC-SHA256 (RFC 2104) over
length-prefixed parts, of which the first names the kind, so that one can never stand for the other. A generation is all
digits and claims begin with a letter, so the two are told apart by their text alone. Two secrets may be live at once.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from typing import Final

import msgspec

MIN_SECRET_BYTES: Final = 32
MAX_CREDENTIAL: Final = 2048  # characters; a longer one is not looked at


class Scope(StrEnum):
    """What the bearer of a token may do."""

    WRITE = "readings:write"
    READ = "readings:read"
    ADMIN = "admin"


class InvalidKeyring(ValueError):  # noqa: N818 - named for what it is about, as `MalformedBody`
    """The keys file cannot be used; its text says why."""


class Keyring(msgspec.Struct, frozen=True):
    """The live secrets by kid, and the one that signs."""

    current: str
    secrets: dict[str, bytes]


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says of its bearer; `expires` is in seconds since the epoch."""

    subject: str
    scopes: tuple[Scope, ...]
    expires: int


class _KeyringFile(msgspec.Struct, forbid_unknown_fields=True):
    current: str
    secrets: dict[str, str]


class _DeviceCredential(msgspec.Struct, frozen=True):
    kid: str
    generation: int
    mac: bytes


def parse_keyring(text: bytes) -> Keyring:
    """Return the keyring of a keys file: `{"current": "k1", "secrets": {"k1": "<base64url>"}}`.

    Raises:
        InvalidKeyring: the file has another shape, no current secret, or a secret shorter than 32 bytes.
    """
    try:
        file = msgspec.json.decode(text, type=_KeyringFile)
        secrets = {kid: _decode(secret) for kid, secret in file.secrets.items()}
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidKeyring(f"the keys file is not usable: {error}") from None
    if file.current not in secrets:
        raise InvalidKeyring(f"the keys file names {file.current!r} as current and holds {sorted(secrets)}")
    for kid, secret in secrets.items():
        if not kid.isalnum() or len(secret) < MIN_SECRET_BYTES:
            raise InvalidKeyring(f"secret {kid!r} needs an alphanumeric name and at least {MIN_SECRET_BYTES} bytes")
    return Keyring(file.current, secrets)


def format_keyring(keyring: Keyring) -> bytes:
    """Return the text of a keys file."""
    secrets = {kid: _encode(secret) for kid, secret in keyring.secrets.items()}
    return msgspec.json.format(msgspec.json.encode(_KeyringFile(keyring.current, secrets))) + b"\n"


def parse_revocations(text: bytes) -> dict[str, int]:
    """Return the minimum generation of each device that has had keys revoked.

    Raises:
        ValueError: the file is not an object of device ids and generations.
    """
    try:
        return msgspec.json.decode(text, type=dict[str, int])
    except msgspec.MsgspecError as error:
        raise ValueError(f"the revocations file is not usable: {error}") from None


def make_device_key(keyring: Keyring, device: str, generation: int = 0) -> str:
    mac = _device_mac(keyring.secrets[keyring.current], device, generation)
    return f"{keyring.current}.{generation}.{_encode(mac)}"


def verify_device_key(keyring: Keyring, key: str, device: str, minimum_generation: int = 0) -> bool:
    """Tell whether `key` is this device's, from a live secret, and of a generation that is not revoked."""
    credential = _parse_device_key(key)
    if credential is None or credential.generation < minimum_generation:
        return False
    secret = keyring.secrets.get(credential.kid)
    if secret is None:
        return False
    return hmac.compare_digest(credential.mac, _device_mac(secret, device, credential.generation))


def is_device_key(credential: str) -> bool:
    """Tell a device key from a token by its form alone; it proves nothing."""
    middle = credential.partition(".")[2].partition(".")[0]
    return middle.isdecimal() and middle.isascii()


def make_token(keyring: Keyring, claims: Claims) -> str:
    text = _encode(msgspec.json.encode(claims))
    mac = _mac(keyring.secrets[keyring.current], b"token", text.encode())
    return f"{keyring.current}.{text}.{_encode(mac)}"


def verify_token(keyring: Keyring, token: str, now: float) -> Claims | None:
    """Return the claims of a token if a live secret signed it and it has not expired at `now` (seconds)."""
    kid, _, rest = token.partition(".")
    text, _, mac = rest.partition(".")
    secret = keyring.secrets.get(kid)
    if secret is None or len(token) > MAX_CREDENTIAL or not token.isascii():
        return None
    try:
        if not hmac.compare_digest(_decode(mac), _mac(secret, b"token", text.encode())):
            return None
        claims = msgspec.json.decode(_decode(text), type=Claims)
    except (msgspec.MsgspecError, ValueError):
        return None
    return claims if now < claims.expires else None


def _parse_device_key(key: str) -> _DeviceCredential | None:
    if len(key) > MAX_CREDENTIAL or not is_device_key(key):
        return None
    kid, generation, mac = key.split(".", 2)
    # One text per key: neither leading zeros nor digits without end.
    if len(generation) > len(str(2**31)) or generation != str(int(generation)):
        return None
    try:
        return _DeviceCredential(kid, int(generation), _decode(mac))
    except ValueError:
        return None


def _device_mac(secret: bytes, device: str, generation: int) -> bytes:
    return _mac(secret, b"device", device.encode(), str(generation).encode())


def _mac(secret: bytes, *parts: bytes) -> bytes:
    return hmac.digest(secret, b"".join([len(part).to_bytes(2) + part for part in parts]), "sha256")


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
