"""One sending from beginning to end: readings from a source into a platform, then the books closed."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import httpx

from telemetry_contract.readings import Reading
from telemetry_operator.client.books import Books
from telemetry_operator.client.closing import Closing, close_books
from telemetry_operator.client.credentials import Credentials
from telemetry_operator.client.ingest import Ingest, Limits
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.sources import pump, run_until
from telemetry_operator.errors import PlatformError

_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)


class UnreachableError(PlatformError):
    """There is no platform at this address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A platform's two addresses and who we are to it; the `reader` token is for asking."""

    producer: str
    analytics: str
    credentials: Credentials
    reader: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a sending ends: after so many readings, after so many seconds, or with its source."""

    count: int | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a sending; `closing` is None where it was not asked for."""

    books: Books
    seconds: float
    closing: Closing | None

    @property
    def complete(self) -> bool:
        """Everything that was offered was acknowledged."""
        return self.books.acknowledged.total() == self.books.offered


def open_client(address: str, connections: int = 32) -> httpx.AsyncClient:
    """A client of one address. A proxy of the environment is for addresses beyond this machine.

    So is verification: a certificate is for the name that other machines use, and on this one nobody is between.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    beyond = not is_here(address)
    return httpx.AsyncClient(base_url=address, timeout=_TIMEOUT, limits=limits, trust_env=beyond, verify=beyond)


def is_here(address: str) -> bool:
    host = httpx.URL(address).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def reach(address: str) -> None:
    """Find out at once that an address is wrong, where sending would try again and again.

    Raises:
        UnreachableError: nothing there speaks HTTP.
    """
    async with open_client(address) as client:
        try:
            await client.get("/")
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(f"nothing answers at {address}: {reason}") from None


async def send(
    target: Target,
    readings: AsyncGenerator[Reading, None],
    books: Books,
    *,
    stop: asyncio.Event,
    bounds: Bounds | None = None,
    limits: Limits | None = None,
) -> float:
    """Send until the source, the bounds or `stop` end it and every reading is answered; return the seconds it took."""
    bounds, limits = bounds or Bounds(), limits or Limits()
    began = time.monotonic()
    async with (
        open_client(target.producer, limits.requests) as client,
        Ingest(client, target.credentials, books, limits) as ingest,
    ):
        await run_until(pump(readings, ingest, bounds.count), bounds.duration, stop)
    return time.monotonic() - began


async def compare(target: Target, books: Books, patience: float) -> Closing:
    """Close the books against the platform's own.

    Raises:
        QueryError: analytics does not answer, or not to this token.
    """
    async with open_client(target.analytics) as client:
        return await close_books(books, Analytics(client, target.reader), patience=patience)
