"""Ctrl-C and its kin: the first signal asks for an orderly end, a second one ends at once."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

T = TypeVar("T")


def run_to_end(main: Coroutine[None, None, T]) -> T:
    """Run a program that `first_signal_stops`; ended by the second signal it raises KeyboardInterrupt."""
    try:
        return asyncio.run(main)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@asynccontextmanager
async def first_signal_stops() -> AsyncIterator[asyncio.Event]:
    """Give an event that the first signal sets; the second cancels the task that entered here."""
    loop, stop, task = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()

    def tell() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        loop.add_signal_handler(number, tell)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)  # the loop would leave the system's default


@contextmanager
def signals_held() -> Iterator[None]:
    """Keep a signal until the block is over; then it has its effect."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda got, _: came.append(got)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[-1])


@asynccontextmanager
async def beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let `work` run while the body does; with the body it ends. Its own failure is raised then."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.result()
