"""Ports for the servers and programs of tests, kept from everybody else who chooses, `telemetryctl up` included."""

from collections import deque
from typing import Final

from telemetry_operator.local.reservations import Reservations
from telemetry_operator.local.servers.server import LOOPBACK

# More than one test uses: a port stays its test's own, also while a server of it was killed and is not back yet. Each
# is a descriptor, of which a process may have no more than 256 on some systems.
KEPT: Final = 128

_kept: Final[deque[Reservations]] = deque()


def take_port() -> int:
    reservations = Reservations()
    port = reservations.choose(LOOPBACK)
    _kept.append(reservations)
    if len(_kept) > KEPT:
        _kept.popleft().release()
    return port
