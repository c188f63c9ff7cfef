"""TCP ports of this machine: chosen free once, remembered, and never taken from somebody."""

import contextlib
import random
import socket
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

import psutil

from telemetry_operator.errors import PlatformError

# Below the range that systems choose outgoing connections' ports from: one could be taken while a server restarts.
CHOICE = range(20_000, 32_768)


class PortTakenError(PlatformError):
    """A port that was asked for is somebody else's."""


class HostError(PlatformError):
    """The address that was asked for is not this machine's."""


def check_host(host: str) -> None:
    """Raise HostError where nothing can listen on this address, whatever the port."""
    with socket.socket(_family(host)) as probe:
        try:
            probe.bind((host, 0))
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            hint = "give an address of this machine, or 0.0.0.0 for all of them"
            raise HostError(f"nothing can listen on {host!r} here: {why}", hint=hint) from None


def is_free(host: str, port: int) -> bool:
    """Say whether a server could bind the port now. A port that lingers after its server counts as free."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def choose_free(host: str, count: int, *, avoid: Collection[int] = ()) -> list[int]:
    """Choose ports that nobody holds, all different, none of `avoid`.

    Raises:
        PortTakenError: there are not as many left.
    """
    candidates = (port for port in random.sample(CHOICE, len(CHOICE)) if port not in avoid)
    chosen = list(islice((port for port in candidates if is_free(host, port)), count))
    if len(chosen) < count:
        raise PortTakenError(f"nearly every port of {host} from {CHOICE.start} to {CHOICE.stop - 1} is taken")
    return chosen


def settle_ports(
    hosts: Mapping[str, str],
    *,
    demanded: Mapping[str, int],
    remembered: Mapping[str, int],
    ours: Collection[int],
) -> dict[str, int]:
    """Give each name of `hosts` (name to the host it listens on) a port, the same as last time where that is possible.

    `ours` are ports that this platform's own processes hold now.

    Raises:
        HostError: a host is not this machine's.
        PortTakenError: a demanded port is held by somebody else.
    """
    for host in set(hosts.values()):
        check_host(host)
    settled = {name: demanded[name] for name in hosts if name in demanded}
    for name, port in settled.items():
        if list(settled.values()).count(port) > 1:
            raise PortTakenError(f"port {port} is asked for twice", hint=f"give another with --{name}-port")
        if port not in ours and not is_free(hosts[name], port):
            raise PortTakenError(
                f"port {port} for {name} is taken{_holder(port)}",
                hint=f"give another with --{name}-port, or leave it out to have one chosen",
            )
    for name, host in hosts.items():
        port = settled.get(name) or remembered.get(name, 0)
        taken = {other for key, other in settled.items() if key != name}
        if port in taken or not (port in ours or (port and is_free(host, port))):
            (port,) = choose_free(host, 1, avoid=taken | set(remembered.values()))
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
