"""What a platform's secrets are made of, wherever they are kept: passwords, the first key, Kafka's cluster id.

Randomness is given (`secrets.token_bytes`), so that everything here is a function of it.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final

from telemetry_contract.keys import Keyring

Entropy = Callable[[int], bytes]
"""Gives so many bytes that nobody can guess."""

PASSWORD_BYTES: Final = 24
KEY_BYTES: Final = 32
CLUSTER_ID_BYTES: Final = 16

NO_REVOCATIONS: Final = "{}\n"


def new_password(entropy: Entropy) -> str:
    """A password of characters that need no quoting in a URL, a shell or a configuration file."""
    return _text(entropy(PASSWORD_BYTES))


def new_keyring(entropy: Entropy, created: int | None = None) -> Keyring:
    """A keyring of one new secret; `created` is in microseconds."""
    return Keyring("k1", {"k1": entropy(KEY_BYTES)}, {} if created is None else {"k1": created})


def new_cluster_id(entropy: Entropy) -> str:
    """An id as Kafka writes them: 22 characters; the first is never a hyphen, which would make it an option."""
    first, *others = entropy(CLUSTER_ID_BYTES)
    return _text(bytes([first & 0x7F, *others]))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
