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


def _token(*scopes: Scope, expires_in: float = 86_400) -> str:
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


def test_what_was_proven_once_is_still_revoked_and_ends_with_its_secret(tmp_path: Path) -> None:
    keys, revocations = tmp_path / "keys.json", tmp_path / "revocations.json"
    keys.write_bytes(format_keyring(RING))
    revocations.write_bytes(b"{}")
    credentials = Credentials(CredentialSettings(keys_file=keys, revocations_file=revocations))
    credentials._keyring._look_seconds = credentials._keyring._next_look = 0  # look at once
    key, token = make_device_key(RING, "d-1"), _token(Scope.READ).removeprefix("Bearer ")
    assert all(credentials.proves_device(key, "d-1") for _ in range(2))
    assert all(credentials.claims(token) for _ in range(2))
    keys.write_bytes(format_keyring(Keyring("k3", {"k3": b"3" * 32})))
    assert not credentials.proves_device(key, "d-1")
    assert credentials.claims(token) is None


def test_a_revocation_ends_what_was_proven(credentials: Credentials, tmp_path: Path) -> None:
    key = make_device_key(RING, "d-1")
    assert credentials.proves_device(key, "d-1")
    (tmp_path / "revocations.json").write_bytes(b'{"d-1": 1}')
    assert credentials._revocations is not None
    credentials._revocations._next_look = 0
    assert not credentials.proves_device(key, "d-1")


def test_a_token_that_was_proven_still_expires(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    token = _token(Scope.READ, expires_in=60).removeprefix("Bearer ")
    assert credentials.claims(token)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert credentials.claims(token) is None


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
