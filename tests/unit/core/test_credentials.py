import time
from pathlib import Path

import pytest

from telemetry.core.http.credentials import Credentials, bearer_of
from telemetry.core.http.problems import ProblemError
from telemetry.core.settings import CredentialSettings
from telemetry_contract.keys import Claims, Keyring, Scope, format_keyring, make_device_key, make_token

RING = Keyring("k2", {"k1": b"1" * 32, "k2": b"2" * 32})


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    (tmp_path / "keys.json").write_bytes(format_keyring(RING))
    (tmp_path / "revocations.json").write_bytes(b'{"revoked": 2}')
    return Credentials(
        CredentialSettings(keys_file=tmp_path / "keys.json", revocations_file=tmp_path / "revocations.json")
    )


def _token(*scopes: Scope, expires_in: float = 60) -> str:
    return "Bearer " + make_token(RING, Claims("someone", scopes, int(time.time() + expires_in)))


@pytest.mark.parametrize("header", [None, "", "Basic abc", "abc", "Bearer"])
def test_a_header_that_bears_nothing_is_none(header: str | None) -> None:
    assert bearer_of(header) is None


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_the_scheme_is_read_in_any_case(header: str) -> None:
    assert bearer_of(header) == "abc"


def test_a_devices_key_proves_that_device_alone(credentials: Credentials) -> None:
    key = make_device_key(RING, "d-1")
    assert credentials.proves_device(key, "d-1")
    assert not credentials.proves_device(key, "d-2")


def test_keys_below_the_minimum_generation_are_revoked(credentials: Credentials) -> None:
    assert not credentials.proves_device(make_device_key(RING, "revoked", 1), "revoked")
    assert credentials.proves_device(make_device_key(RING, "revoked", 2), "revoked")


def test_a_token_with_the_scope_is_let_through(credentials: Credentials) -> None:
    assert credentials.require(_token(Scope.READ), Scope.READ).subject == "someone"


def test_an_administrator_may_do_all(credentials: Credentials) -> None:
    assert credentials.require(_token(Scope.ADMIN), Scope.WRITE).scopes == (Scope.ADMIN,)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer nonsense", 401),
        ("Bearer " + make_device_key(RING, "d-1"), 401),
        (_token(Scope.READ, expires_in=-1), 401),
        (_token(Scope.WRITE), 403),
        (_token(), 403),
    ],
)
def test_anything_else_is_refused(credentials: Credentials, header: str | None, status: int) -> None:
    with pytest.raises(ProblemError) as caught:
        credentials.require(header, Scope.READ)
    assert caught.value.body.status == status
