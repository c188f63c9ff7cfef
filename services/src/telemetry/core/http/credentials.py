"""Who is asking: the bearer of a device key or of a token, told from the `Authorization` header without a lookup."""

import time
from typing import Final

from telemetry.core.http.problems import ProblemError
from telemetry.core.mounted import MountedFile
from telemetry.core.settings import CredentialSettings
from telemetry_contract.keys import (
    Claims,
    Keyring,
    Scope,
    is_device_key,
    parse_keyring,
    parse_revocations,
    verify_device_key,
    verify_token,
)
from telemetry_contract.problems import ProblemKind, problem

_BEARER = "bearer "
_MOST_PROOFS: Final = 50_000  # remembered, about 400 bytes each


def bearer_of(header: str | None) -> str | None:
    """Return the credential of an `Authorization` header, if it bears one."""
    if header is None or header[: len(_BEARER)].lower() != _BEARER:
        return None
    return header[len(_BEARER) :].strip()


class Credentials:
    """The live keyring and revocations, and what they prove.

    What a MAC proved once is remembered while the keyring is the same; revocation and expiry are looked at each time.
    """

    def __init__(self, settings: CredentialSettings) -> None:
        self._keyring = MountedFile(settings.keys_file, parse_keyring)
        revocations = settings.revocations_file
        self._revocations = MountedFile(revocations, parse_revocations) if revocations else None
        self._proven_by = self._keyring.value
        self._generations: dict[tuple[str, str], int] = {}
        self._claims: dict[str, Claims] = {}

    def proves_device(self, credential: str, device: str) -> bool:
        keyring = self._current_keyring()
        generation = self._generations.get((credential, device))
        if generation is None:
            if not verify_device_key(keyring, credential, device):
                return False
            generation = int(credential.split(".")[1])
            self._generations[credential, device] = generation
        return self._revocations is None or generation >= self._revocations.value.get(device, 0)

    def claims(self, credential: str) -> Claims | None:
        keyring, now = self._current_keyring(), time.time()
        claims = self._claims.get(credential)
        if claims is not None:
            return claims if now < claims.expires else None
        claims = verify_token(keyring, credential, now)
        if claims is not None:
            self._claims[credential] = claims
        return claims

    def require(self, header: str | None, scope: Scope) -> Claims:
        """Return the claims of a token with this scope.

        Raises:
            ProblemError: 401 without a valid token (a device key is none), 403 for one that does not reach so far.
        """
        credential = bearer_of(header)
        claims = None if credential is None or is_device_key(credential) else self.claims(credential)
        if claims is None:
            raise ProblemError(problem(ProblemKind.UNAUTHORIZED))
        if scope not in claims.scopes and Scope.ADMIN not in claims.scopes:
            raise ProblemError(problem(ProblemKind.MISSING_SCOPE, f"this needs the scope {scope}"))
        return claims

    def _current_keyring(self) -> Keyring:
        keyring = self._keyring.value
        full = len(self._generations) + len(self._claims) >= _MOST_PROOFS
        if full or keyring is not self._proven_by:
            self._generations.clear()
            self._claims.clear()
            self._proven_by = keyring
        return keyring
