"""Waiting for a condition instead of for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.05  # seconds between two looks


def wait_until(condition: Callable[[], T], *, what: str, timeout: float = 60.0) -> T:
    """Return the first truthy value of `condition`; after `timeout` seconds fail, naming `what` was awaited."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout:g} s still not: {what}; last seen: {value!r}")
        time.sleep(PAUSE)
    return value


async def wait_until_async(condition: Callable[[], Awaitable[T]], *, what: str, timeout: float = 60.0) -> T:  # noqa: ASYNC109 - the failure names what was awaited
    """As `wait_until`, for a condition that is awaited."""
    deadline = time.monotonic() + timeout
    while not (value := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout:g} s still not: {what}; last seen: {value!r}")
        await asyncio.sleep(PAUSE)
    return value
