"""Who is asking: the bearer of a device key or of a token, told from the `Authorization` header without a lookup."""

import time

from telemetry.core.http.problems import ProblemError
from telemetry.core.mounted import MountedFile
from telemetry.core.settings import CredentialSettings
from telemetry_contract.keys import (
    Claims,
    Scope,
    is_device_key,
    parse_keyring,
    parse_revocations,
    verify_device_key,
    verify_token,
)
from telemetry_contract.problems import ProblemKind, problem

_BEARER = "bearer "


def bearer_of(header: str | None) -> str | None:
    """Return the credential of an `Authorization` header, if it bears one."""
    if header is None or header[: len(_BEARER)].lower() != _BEARER:
        return None
    return header[len(_BEARER) :].strip()


class Credentials:
    """The live keyring and revocations, and what they prove."""

    def __init__(self, settings: CredentialSettings) -> None:
        self._keyring = MountedFile(settings.keys_file, parse_keyring)
        revocations = settings.revocations_file
        self._revocations = MountedFile(revocations, parse_revocations) if revocations else None

    def proves_device(self, credential: str, device: str) -> bool:
        minimum = self._revocations.value.get(device, 0) if self._revocations else 0
        return verify_device_key(self._keyring.value, credential, device, minimum)

    def claims(self, credential: str) -> Claims | None:
        return verify_token(self._keyring.value, credential, time.time())

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
