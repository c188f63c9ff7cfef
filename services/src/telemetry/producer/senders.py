"""Who sends, and for which devices: the verdict on each reading of a request.

A device key speaks for one device, a token with the scope to write for any. Devices whose ids begin with `_` are the
platform's own: only their own key may write them.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from telemetry.core.http.credentials import Credentials, bearer_of
from telemetry.core.http.problems import ProblemError
from telemetry_contract.faults import Fault
from telemetry_contract.keys import Scope, is_device_key
from telemetry_contract.problems import Problem, ProblemKind, problem
from telemetry_contract.readings import is_device, is_reserved

FORBIDDEN: Final = problem(ProblemKind.FORBIDDEN_DEVICE)
RESERVED: Final = problem(ProblemKind.FORBIDDEN_DEVICE, "ids that begin with _ are the platform's own")
OTHER_DEVICE: Final = problem(
    ProblemKind.INVALID_READING, errors=(Fault("/device", "other-device", "the path names another device"),)
)


class Sender(NamedTuple):
    """A caller: which limit it has, and what stands against a reading of a device (`None` if nothing does)."""

    limit: str
    subject: str
    against: Callable[[str], Problem | None]


DEVICE_LIMIT: Final = "device"
TOKEN_LIMIT: Final = "token"  # noqa: S105 - the limit's name


# Who sends where no reading of a body is valid: there is nothing to prove, and nothing that may pass.
NOBODY: Final = Sender(DEVICE_LIMIT, "", lambda _: FORBIDDEN)


def identify_sender(credentials: Credentials, header: bytes | None, device: str | None) -> Sender | None:
    """Return who sends, or `None` for a device key whose device only the body can name.

    `device` is the path's.

    Raises:
        ProblemError: 401 without a proof, 403 for a token that may not write, 422 for a path that names no device.
    """
    credential = bearer_of(header.decode("latin-1")) if header is not None else None
    if credential is None:
        raise unauthorized()
    if not is_device_key(credential):
        return _gateway(credentials, credential, device)
    if device is None:
        return None
    if not credentials.proves_device(credential, device):
        raise unauthorized()
    return Sender(DEVICE_LIMIT, device, _only(device, FORBIDDEN))


def identify_by_readings(credentials: Credentials, header: bytes, devices: set[str]) -> Sender:
    """Return the device that a key proves, of those that a body names.

    Raises:
        ProblemError: 401 if it proves none.
    """
    credential = bearer_of(header.decode("latin-1")) or ""
    for device in devices:
        if credentials.proves_device(credential, device):
            return Sender(DEVICE_LIMIT, device, _only(device, FORBIDDEN))
    raise unauthorized()


def unauthorized() -> ProblemError:
    """One answer, whether the device is unknown, the key wrong or revoked."""
    return ProblemError(problem(ProblemKind.UNAUTHORIZED))


def _gateway(credentials: Credentials, credential: str, device: str | None) -> Sender:
    claims = credentials.claims(credential)
    if claims is None:
        raise unauthorized()
    if Scope.WRITE not in claims.scopes and Scope.ADMIN not in claims.scopes:
        raise ProblemError(problem(ProblemKind.MISSING_SCOPE, f"this needs the scope {Scope.WRITE}"))
    if device is None:
        return Sender(TOKEN_LIMIT, claims.subject, _not_reserved)
    if is_reserved(device):
        raise ProblemError(RESERVED)
    if not is_device(device):
        fault = Fault("/path/device", "invalid-device", "the path names no device id")
        raise ProblemError(problem(ProblemKind.INVALID_PARAMETER, errors=(fault,)))
    return Sender(TOKEN_LIMIT, claims.subject, _only(device, OTHER_DEVICE))


def _only(allowed: str, otherwise: Problem) -> Callable[[str], Problem | None]:
    return lambda device: None if device == allowed else otherwise


def _not_reserved(device: str) -> Problem | None:
    return RESERVED if is_reserved(device) else None
