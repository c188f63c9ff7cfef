"""Speaking to a pod of a run on its control port, which asks for a token of the run's Secret."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp

from telemetry_operator.connections import host_in_url
from telemetry_operator.reconcile.runs.observe import value_in
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.resources.benchmark_context import CREDENTIALS
from telemetry_operator.resources.benchmark_network import CONTROL_PORT
from telemetry_operator.resources.naming import part_name
from telemetry_operator.resources.objects import SECRET, Key, Object

ASKING_SECONDS: Final = 5.0
FETCHING_SECONDS: Final = 60.0


class SilentPodError(Exception):
    """A pod does not answer now; the text says what was tried."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a pod answers, and the token that it asks for."""

    url: str
    token: str


def address_in(observed: ObservedRun, pod: Object | None, key: str) -> Address | None:
    """By the pod's own address, so that an operator outside of the cluster's DNS finds it as well; None: not yet."""
    secret = observed.objects.get(Key(SECRET.kind, part_name(observed.metadata["name"], CREDENTIALS)))
    token, host = value_in(secret, key), ((pod or {}).get("status") or {}).get("podIP")
    if token is None or not host:
        return None
    return Address(f"http://{host_in_url(host)}:{CONTROL_PORT}", token.decode())


class Speaking:
    """A pod that is spoken to; `who` it is, in words."""

    def __init__(self, session: aiohttp.ClientSession, who: str) -> None:
        self._session = session
        self.who = who

    async def ask(self, method: str, path: str, seconds: float, body: str | bytes | None = None) -> bytes:
        """Its answer.

        Raises:
            SilentPodError: there is none, or it refuses.
        """
        try:
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with self._session.request(method, path, data=body, timeout=timeout) as response:
                text = await response.read()
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise SilentPodError(f"{self.who} answered {response.status} to {method} {path}")
                return text
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SilentPodError(f"{self.who} does not answer {method} {path}: {error}") from error


@asynccontextmanager
async def call(address: Address, who: str) -> AsyncIterator[Speaking]:
    headers = {"Authorization": f"Bearer {address.token}"}
    async with aiohttp.ClientSession(address.url, headers=headers) as session:
        yield Speaking(session, who)
