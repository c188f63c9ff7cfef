"""Asking a run's master how far it is and what it measured, and telling it to end.

Paths and words are those of `telemetry_loadtest.progress`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import msgspec

from telemetry_loadtest.measured import Measured, Searched
from telemetry_loadtest.progress import (
    PROGRESS_PATH,
    RESULT_PATH,
    STOP_PATH,
    STORED_PATH,
    Progress,
    decode_progress,
)
from telemetry_operator.reconcile.reporting.live import Pod, parse_live
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.talking import (
    ASKING_SECONDS,
    FETCHING_SECONDS,
    Address,
    SilentPodError,
    Speaking,
    address_in,
    call,
)
from telemetry_operator.resources.benchmark_context import CONTROL_KEY, MASTER

T = TypeVar("T")
Fetched = TypeVar("Fetched", Measured, Searched)


class Master(Protocol):
    """A run's master, as far as a visit speaks to it; each call may raise a SilentPodError.

    A plan with a search has a result of the kind `Searched`.
    """

    async def progress(self) -> Progress: ...

    async def result(self, kind: type[Fetched]) -> Fetched: ...

    async def stop(self, reason: str) -> None: ...

    async def stored(self) -> None: ...


def address_of(observed: ObservedRun) -> Address | None:
    pod = next((it for it in observed.pods if parse_live(it, Pod).metadata.component == MASTER), None)
    return address_in(observed, pod, CONTROL_KEY)


@asynccontextmanager
async def reach_master(address: Address) -> AsyncIterator[Master]:
    async with call(address, "the master") as speaking:
        yield HttpMaster(speaking)


class HttpMaster:
    """A master behind its control port."""

    def __init__(self, speaking: Speaking) -> None:
        self._ask = speaking.ask

    async def progress(self) -> Progress:
        return _decoded(await self._ask("GET", PROGRESS_PATH, ASKING_SECONDS), decode_progress)

    async def result(self, kind: type[Fetched]) -> Fetched:
        text = await self._ask("GET", RESULT_PATH, FETCHING_SECONDS)
        return _decoded(text, lambda given: msgspec.json.decode(given, type=kind))

    async def stop(self, reason: str) -> None:
        await self._ask("POST", STOP_PATH, ASKING_SECONDS, reason)

    async def stored(self) -> None:
        await self._ask("POST", STORED_PATH, ASKING_SECONDS)


def _decoded(text: bytes, decode: Callable[[bytes], T]) -> T:
    try:
        return decode(text)
    except msgspec.MsgspecError as error:
        raise SilentPodError(f"the master answers what this operator cannot read: {error}") from error
