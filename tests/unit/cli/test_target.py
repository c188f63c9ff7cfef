from pathlib import Path

import pytest

from telemetry_contract.keys import Keyring, Scope, format_keyring, verify_device_key, verify_token
from telemetry_operator.client.sending import Target
from telemetry_operator.commands.target import Addresses, Sign, TargetError, Wish, read_keyring, resolve_target

KEYRING = Keyring("k1", {"k1": b"s" * 32})


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_bytes(format_keyring(KEYRING))
    return file


def none_here(name: str | None) -> Addresses:
    raise AssertionError(f"nobody asked for {name}")


def credential_for(target: Target, device: str) -> str:
    return target.credentials.lane_of(device)[1]


def test_a_local_platform_is_found_by_name_and_its_keys_sign(keys_file: Path) -> None:
    local = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2", keys_file)
    target = resolve_target(Wish(platform="demo"), {"demo": local}.__getitem__)  # type: ignore[arg-type] # its one name
    assert (target.producer, target.analytics) == ("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert verify_device_key(KEYRING, credential_for(target, "d1"), "d1")


def test_the_keys_at_hand_sign_as_a_gateway_where_that_is_wanted(keys_file: Path) -> None:
    target = resolve_target(Wish(to="http://far", keys_file=keys_file, sign=Sign.GATEWAY), none_here)
    claims = verify_token(KEYRING, credential_for(target, "d1"), 0)
    assert claims is not None
    assert claims.scopes == (Scope.WRITE,)


def test_the_keys_at_hand_may_read_as_well(keys_file: Path) -> None:
    target = resolve_target(Wish(to="http://far", keys_file=keys_file), none_here)
    claims = verify_token(KEYRING, target.reader, 0)
    assert claims is not None
    assert claims.scopes == (Scope.READ,)


def test_a_gateways_token_is_used_for_every_device() -> None:
    target = resolve_target(Wish(to="http://far/", token="t"), none_here)
    assert target.producer == "http://far"
    assert credential_for(target, "d1") == credential_for(target, "d2") == "t"
    assert target.reader == "t"


def test_readings_may_be_asked_for_elsewhere_and_with_another_token() -> None:
    wish = Wish(to="http://far", analytics="http://near", token="t", reader_token="r")
    target = resolve_target(wish, none_here)
    assert (target.analytics, target.reader) == ("http://near", "r")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish(to="http://far"), "nothing says who is sending"),
        (Wish(to="http://far", platform="demo"), "each name a platform"),
        (Wish(to="far:8080", token="t"), "is not an address"),
        (Wish(to="http://", token="t"), "is not an address"),
        (Wish(to="http://far:99999", token="t"), "is not an address"),
        (Wish(to="http://far", analytics="http://[::1", token="t"), "is not an address"),
        (Wish(to="http://far", keys_file=Path("/nowhere")), "No such file"),
    ],
)
def test_what_is_unclear_is_said(wish: Wish, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        resolve_target(wish, none_here)


def test_a_file_that_holds_no_keys_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    with pytest.raises(TargetError, match="not usable"):
        read_keyring(tmp_path / "keys.json")
