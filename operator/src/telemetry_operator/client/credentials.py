"""Who signs which request: each device with its own key, or one gateway for all of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from telemetry_contract.keys import Claims, Keyring, Scope, make_device_key, make_token

_BATCHES: Final = "/api/v1/readings"
_TOKEN_SECONDS: Final = 7200.0


class Credentials(Protocol):
    """A lane is a route with its credential; what travels together shares one."""

    def lane_of(self, device: str) -> tuple[str, str]:
        """The path that takes this device's readings, and the key or token for it."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One token for a batch of any devices."""

    token: str

    def lane_of(self, device: str) -> tuple[str, str]:  # noqa: ARG002 - the same for every device
        return _BATCHES, self.token


class SigningGateway:
    """A gateway's token made from the platform's secret, and made anew long before it expires."""

    def __init__(self, keyring: Keyring, subject: str, *, clock: Callable[[], float] = time.time) -> None:
        """Take the clock in seconds since the epoch."""
        self._keyring = keyring
        self._subject = subject
        self._clock = clock
        self._token, self._renew_at = "", 0.0

    def lane_of(self, device: str) -> tuple[str, str]:  # noqa: ARG002 - the same for every device
        now = self._clock()
        if now >= self._renew_at:
            claims = Claims(self._subject, (Scope.WRITE,), int(now + _TOKEN_SECONDS))
            self._token, self._renew_at = make_token(self._keyring, claims), now + _TOKEN_SECONDS / 2
        return _BATCHES, self._token


class DeviceKeys:
    """Each device's own key, derived from the platform's secret as a field system would have been given it."""

    def __init__(self, keyring: Keyring, generation: int = 0) -> None:
        @cache
        def lane_of(device: str) -> tuple[str, str]:
            return f"/api/v1/devices/{device}/readings", make_device_key(keyring, device, generation)

        self._lane_of = lane_of

    def lane_of(self, device: str) -> tuple[str, str]:
        return self._lane_of(device)
