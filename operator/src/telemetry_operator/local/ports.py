"""TCP ports of this machine: which are free, and which are somebody's."""

import socket
from collections.abc import Collection
from contextlib import ExitStack


def is_free(host: str, port: int) -> bool:
    """Say whether a server could bind the port now. A port that lingers after its server counts as free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def choose_free(host: str, count: int, *, avoid: Collection[int] = ()) -> list[int]:
    """Choose ports that nobody holds, all different, none of `avoid`."""
    chosen: list[int] = []
    with ExitStack() as held:  # all are held until the last is chosen, so that none is chosen twice
        while len(chosen) < count:
            probe = held.enter_context(socket.socket())
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
            if port not in avoid:
                chosen.append(port)
    return chosen
