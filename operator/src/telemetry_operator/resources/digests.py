"""Digests of secrets that stand where others may read them, so that a change of a Secret replaces pods."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import msgspec


def digest_of(values: Mapping[str, str], salt: str) -> str:
    return _slow_digest(msgspec.json.encode(values, order="sorted"), salt.encode())


@lru_cache(maxsize=4096)
def _slow_digest(content: bytes, salt: bytes) -> str:
    # Who may see pods may not see Secrets: a quick hash of a password that a person chose could be guessed at. This
    # takes about 10 ms, once.
    return hashlib.scrypt(content, salt=salt, n=1 << 12, r=8, p=1, dklen=8).hex()
