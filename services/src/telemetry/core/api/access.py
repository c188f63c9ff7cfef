"""Who may read: bearers of a token with the scope `readings:read`; and a device its own page, with its own key."""

from telemetry.core.http.credentials import Credentials, bearer_of
from telemetry.core.http.problems import ProblemError
from telemetry_contract.keys import Scope, is_device_key
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import is_device


class Access:
    """Lets readers in, by their `Authorization` header."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def require_reader(self, header: str | None) -> None:
        """Raise `ProblemError` unless a token is borne that may read."""
        self._credentials.require(header, Scope.READ)

    def require_administrator(self, header: str | None) -> None:
        """Raise `ProblemError` unless a token is borne that may do everything."""
        self._credentials.require(header, Scope.ADMIN)

    def require_reader_of(self, device: str, header: str | None) -> None:
        """As `require_reader`, but the device's own key will do; another's is like a wrong one."""
        credential = bearer_of(header)
        if credential is None or not is_device_key(credential):
            self._credentials.require(header, Scope.READ)
        elif not is_device(device) or not self._credentials.proves_device(credential, device):
            raise ProblemError(problem(ProblemKind.UNAUTHORIZED))
