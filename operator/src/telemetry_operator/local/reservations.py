"""Ports kept for servers of ours from the moment they are chosen until the servers listen.

A socket that is bound, and does not listen, keeps a port: who else chooses, binds to see whether it is free, and is
refused; a server that is told the port sets SO_REUSEADDR, as every one of ours does, and is let in beside it. Where the
system does not let it in (BSD's rules differ), the port is not kept, and only seen to be free.
"""

import random
import socket
from collections.abc import Collection
from typing import Final, Self

import psutil

from telemetry_operator.errors import PlatformError

# Below the range that systems choose outgoing connections' ports from: one could be taken while a server restarts.
CHOICE: Final = range(20_000, 32_768)


class PortTakenError(PlatformError):
    """A port that was asked for is somebody else's."""


class Reservations:
    """The ports that are kept, each by host and number."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], socket.socket | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def choose(self, host: str, *, avoid: Collection[int] = ()) -> int:
        """Choose a port that nobody has or keeps, and keep it.

        Raises:
            PortTakenError: there is none.
        """
        for port in random.sample(CHOICE, len(CHOICE)):
            if port not in avoid and (holder := _bind(host, port, beside=False)):
                self._keep(host, port, holder)
                return port
        raise PortTakenError(f"every port of {host} from {CHOICE.start} to {CHOICE.stop - 1} is taken")

    def keep(self, host: str, port: int) -> bool:
        """Keep this port; False where somebody else has it, or keeps it."""
        if (host, port) in self._kept:
            return True
        holder = _bind(host, port, beside=False) or (_bind(host, port, beside=True) if _lingers(port) else None)
        if holder is None:
            return False
        self._keep(host, port, holder)
        return True

    def release(self) -> None:
        for holder in self._kept.values():
            if holder is not None:
                holder.close()
        self._kept.clear()

    def _keep(self, host: str, port: int, holder: socket.socket) -> None:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if server := _bind(host, port, beside=True):
            server.close()
            self._kept[host, port] = holder
        else:
            holder.close()
            self._kept[host, port] = None


def family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _bind(host: str, port: int, *, beside: bool) -> socket.socket | None:
    """Bind a port that nobody has; `beside` what lingers there, or is kept, as a server would."""
    holder = socket.socket(family_of(host))
    try:
        if beside:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host, port))
    except OSError:
        holder.close()
        return None
    return holder


def _lingers(port: int) -> bool:
    """Say whether connections of a server that ended explain why the port is not free; unknown counts as yes."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:
        return True
    return any(connection.laddr.port == port for connection in connections if connection.laddr)
