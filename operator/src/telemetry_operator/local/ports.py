"""TCP ports of this machine: chosen free once, remembered, and never taken from somebody."""

import contextlib
import socket
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import psutil

from telemetry_operator.errors import PlatformError
from telemetry_operator.local.reservations import PortTakenError, Reservations, family_of


class HostError(PlatformError):
    """The address that was asked for is not this machine's."""


def check_host(host: str) -> None:
    """Raise HostError where nothing can listen on this address, whatever the port."""
    with socket.socket(family_of(host)) as probe:
        try:
            probe.bind((host, 0))
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            hint = "give an address of this machine, or 0.0.0.0 for all of them"
            raise HostError(f"nothing can listen on {host!r} here: {why}", hint=hint) from None


def settle_ports(
    hosts: Mapping[str, str],
    *,
    demanded: Mapping[str, int],
    remembered: Mapping[str, int],
    ours: Collection[int],
    reservations: Reservations,
) -> dict[str, int]:
    """Give each name of `hosts` (name to the host it listens on) a port, the same as last time where that is possible.

    `ours` are ports that this platform's own processes listen on now; all others are kept in `reservations`.

    Raises:
        HostError: a host is not this machine's.
        PortTakenError: a demanded port is held by somebody else, or there are not as many left.
    """
    for host in set(hosts.values()):
        check_host(host)
    settled = {name: demanded[name] for name in hosts if name in demanded}
    for name, port in settled.items():
        if list(settled.values()).count(port) > 1:
            raise PortTakenError(f"port {port} is asked for twice", hint=f"give another with --{name}-port")
        if port not in ours and not reservations.keep(hosts[name], port):
            raise PortTakenError(
                f"port {port} for {name} is taken{_holder(port)}",
                hint=f"give another with --{name}-port, or leave it out to have one chosen",
            )
    for name, host in hosts.items():
        port = settled.get(name) or remembered.get(name, 0)
        taken = {other for key, other in settled.items() if key != name}
        if port in taken or not (port in ours or (port and reservations.keep(host, port))):
            port = reservations.choose(host, avoid=taken | set(remembered.values()))
        settled[name] = port
    return settled


def listening_ports(processes: Iterable[psutil.Process]) -> set[int]:
    """Return the ports that these processes listen on, as far as we may know."""
    ports: set[int] = set()
    for process in processes:
        with contextlib.suppress(psutil.Error):
            ports |= {port for port, _ in _listeners(process.net_connections("tcp"))}
    return ports


def _listeners(connections: Iterable[Any]) -> list[tuple[int, int | None]]:
    """Return port and process of each connection that listens; a system-wide one may hide its process."""
    listening = [connection for connection in connections if connection.status == psutil.CONN_LISTEN]
    return [(connection.laddr.port, getattr(connection, "pid", None)) for connection in listening]


def _holder(port: int) -> str:
    """Name who listens on a port, where the system tells us."""
    try:
        pid = dict(_listeners(psutil.net_connections("tcp"))).get(port)
        return "" if pid is None else f" by {psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:
        return ""
