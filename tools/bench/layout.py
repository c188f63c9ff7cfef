"""Which core does what, so that the load does not take the time of what it measures."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Layout(NamedTuple):
    """Cores of the program under test (or of the limit's client), of the load generator, and of the servers."""

    program: tuple[int, ...]
    load: tuple[int, ...]
    servers: tuple[int, ...]

    def describe(self) -> str:
        if self.program == self.load:
            return "one core: program under test, load generator and servers share it"
        if self.load == self.servers:
            return (
                f"core {self.program[0]}: program under test; core {self.load[0]}: load generator and servers share it"
            )
        servers = ", ".join(map(str, self.servers))
        return (
            f"core {self.program[0]}: program under test; core {self.load[0]}: load generator; cores {servers}: servers"
        )


def choose_layout(cores: Collection[int]) -> Layout:
    """Give the program under test a core of its own, then the load, then the servers, as far as the cores go."""
    ordered = sorted(cores)
    program: tuple[int, ...] = (ordered[0],)
    load = servers = program
    if len(ordered) > 1:
        load = servers = (ordered[1],)
    if len(ordered) > 2:  # noqa: PLR2004 - one for each
        servers = tuple(ordered[2:])
    return Layout(program, load, servers)


def own_cores() -> set[int]:
    return os.sched_getaffinity(0)


@contextmanager
def pinned(cores: Collection[int]) -> Iterator[None]:
    """Let processes that this thread starts inside run on these cores."""
    before = own_cores()
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
