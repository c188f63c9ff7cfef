"""Asking a run's master how far it is and what it measured, and telling it to end.

Paths and words are those of `telemetry_loadtest.progress`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol, TypeVar

import aiohttp
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
from telemetry_operator.reconcile.runs.observe import value_in
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.resources.benchmark_context import CONTROL_KEY, CREDENTIALS, MASTER
from telemetry_operator.resources.benchmark_network import CONTROL_PORT
from telemetry_operator.resources.naming import part_name
from telemetry_operator.resources.objects import SECRET, Key

T = TypeVar("T")
Fetched = TypeVar("Fetched", Measured, Searched)

ASKING_SECONDS: Final = 5.0
FETCHING_SECONDS: Final = 60.0


class SilentMasterError(Exception):
    """The master does not answer now; the text says what was tried."""


class Master(Protocol):
    """A run's master, as far as a visit speaks to it; each call may raise a SilentMasterError.

    A plan with a search has a result of the kind `Searched`.
    """

    async def progress(self) -> Progress: ...

    async def result(self, kind: type[Fetched]) -> Fetched: ...

    async def stop(self, reason: str) -> None: ...

    async def stored(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where the master answers, and the run's control token."""

    url: str
    token: str


def address_of(observed: ObservedRun) -> Address | None:
    """By its pod's own address, so that an operator outside of the cluster's DNS finds it as well; None: not yet."""
    name = observed.metadata["name"]
    token = value_in(observed.objects.get(Key(SECRET.kind, part_name(name, CREDENTIALS))), CONTROL_KEY)
    pod = next((it for it in observed.pods if parse_live(it, Pod).metadata.component == MASTER), None)
    host = (pod.get("status") or {}).get("podIP") if pod else None
    if token is None or not host:
        return None
    return Address(f"http://{f'[{host}]' if ':' in host else host}:{CONTROL_PORT}", token.decode())


@asynccontextmanager
async def reach_master(address: Address) -> AsyncIterator[Master]:
    headers = {"Authorization": f"Bearer {address.token}"}
    async with aiohttp.ClientSession(address.url, headers=headers) as session:
        yield HttpMaster(session)


class HttpMaster:
    """A master behind its control port."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def progress(self) -> Progress:
        return _decoded(await self._ask("GET", PROGRESS_PATH, ASKING_SECONDS), decode_progress)

    async def result(self, kind: type[Fetched]) -> Fetched:
        text = await self._ask("GET", RESULT_PATH, FETCHING_SECONDS)
        return _decoded(text, lambda given: msgspec.json.decode(given, type=kind))

    async def stop(self, reason: str) -> None:
        await self._ask("POST", STOP_PATH, ASKING_SECONDS, reason)

    async def stored(self) -> None:
        await self._ask("POST", STORED_PATH, ASKING_SECONDS)

    async def _ask(self, method: str, path: str, seconds: float, body: str | None = None) -> bytes:
        try:
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with self._session.request(method, path, data=body, timeout=timeout) as response:
                text = await response.read()
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise SilentMasterError(f"the master answered {response.status} to {method} {path}")
                return text
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SilentMasterError(f"the master does not answer {method} {path}: {error}") from error


def _decoded(text: bytes, decode: Callable[[bytes], T]) -> T:
    try:
        return decode(text)
    except msgspec.MsgspecError as error:
        raise SilentMasterError(f"the master answers what this operator cannot read: {error}") from error
