"""Who signs which request: each device with its own key, or one gateway for all of them."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from telemetry_contract.keys import Keyring, make_device_key


class Credentials(Protocol):
    """A lane is a route with its credential; what travels together shares one."""

    def lane_of(self, device: str) -> tuple[str, str]:
        """The path that takes this device's readings, and the key or token for it."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One token for a batch of any devices."""

    token: str

    def lane_of(self, device: str) -> tuple[str, str]:  # noqa: ARG002 - the same for every device
        return "/api/v1/readings", self.token


class DeviceKeys:
    """Each device's own key, derived from the platform's secret as a field system would have been given it."""

    def __init__(self, keyring: Keyring, generation: int = 0) -> None:
        @cache
        def lane_of(device: str) -> tuple[str, str]:
            return f"/api/v1/devices/{device}/readings", make_device_key(keyring, device, generation)

        self._lane_of = lane_of

    def lane_of(self, device: str) -> tuple[str, str]:
        return self._lane_of(device)
