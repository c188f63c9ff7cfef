"""The reader API over readings in memory, and clients of it."""

import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from telemetry.core.api.access import Access
from telemetry.core.api.answers import DirectAnswers
from telemetry.core.api.service import ReaderApi
from telemetry.core.http.credentials import Credentials
from telemetry.core.settings import CredentialSettings
from telemetry_contract.keys import Claims, Keyring, Scope, format_keyring, make_device_key, make_token
from telemetry_contract.readings import Reading
from tests.support.memory_reader import MemoryReader

MAX_PAGE = 50
WAITING = 8
HOUR = 3_600_000_000


class Signer:
    """Makes headers that prove who is asking."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def token(self, *scopes: Scope) -> dict[str, str]:
        claims = Claims("tests", scopes, int(time.time()) + 60)
        return {"authorization": f"Bearer {make_token(self.keyring, claims)}"}

    def device(self, device: str) -> dict[str, str]:
        return {"authorization": f"Bearer {make_device_key(self.keyring, device)}"}


@pytest.fixture
def signer() -> Signer:
    return Signer(Keyring("k1", {"k1": secrets.token_bytes(32)}))


@pytest.fixture
def access(signer: Signer, tmp_path: Path) -> Access:
    keys = tmp_path / "keys.json"
    keys.write_bytes(format_keyring(signer.keyring))
    return Access(Credentials(CredentialSettings(keys_file=keys)))


@pytest.fixture
def reader() -> MemoryReader:
    """Three devices with ten readings each, an hour apart, and a probe."""
    readings = [Reading(f"d{n}", hour * HOUR, {"a": hour, "b": n}) for n in range(3) for hour in range(10)]
    return MemoryReader([*readings, Reading("_probe", 0, {"ok": True})])


@pytest.fixture
def api(reader: MemoryReader, access: Access) -> ReaderApi:
    return ReaderApi(reader, DirectAnswers(), access, title="test", max_page=MAX_PAGE, waiting=WAITING)


@pytest.fixture
async def client(api: ReaderApi, signer: Signer) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may read everything."""
    transport = httpx.ASGITransport(api.app, raise_app_exceptions=False)
    headers = signer.token(Scope.READ)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/api/v1", headers=headers) as opened:
        yield opened
