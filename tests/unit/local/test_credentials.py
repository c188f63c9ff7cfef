import json
from pathlib import Path

import pytest

from telemetry_contract.keys import (
    MAX_GENERATION,
    Keyring,
    format_keyring,
    make_device_key,
    parse_keyring,
    parse_revocations,
    verify_device_key,
)
from telemetry_operator.local.credentials import CredentialsError, age_in_words, revoke, rotate
from telemetry_operator.local.state import new_keyring

SECOND = 1_000_000


@pytest.fixture
def revocations(tmp_path: Path) -> Path:
    file = tmp_path / "revocations.json"
    file.write_text('{"d2": 7}')
    return file


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_bytes(format_keyring(new_keyring(10 * SECOND)))
    return file


def read(keys: Path) -> Keyring:
    return parse_keyring(keys.read_bytes())


def test_a_revocation_raises_one_device_alone(revocations: Path) -> None:
    assert revoke(revocations, "d1").minimum == 1
    assert revoke(revocations, "d1", 5).before == 1
    assert revoke(revocations, "d1", 5).minimum == 5
    assert parse_revocations(revocations.read_bytes()) == {"d1": 5, "d2": 7}


@pytest.mark.parametrize(
    ("device", "minimum"), [("d2", 6), ("d2", -1), ("d1", MAX_GENERATION + 1), ("a b", 1), ("_p", 1)]
)
def test_what_would_bring_keys_back_or_cannot_be_is_refused(revocations: Path, device: str, minimum: int) -> None:
    before = revocations.read_bytes()
    with pytest.raises(CredentialsError):
        revoke(revocations, device, minimum)
    assert revocations.read_bytes() == before


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, revocations: Path) -> None:
    with pytest.raises(CredentialsError, match="No such file"):
        revoke(tmp_path / "nowhere" / "r.json", "d1")
    revocations.write_text("[]")
    with pytest.raises(CredentialsError, match="not usable"):
        revoke(revocations, "d1")


def test_a_new_secret_signs_only_once_it_was_waited_for(keys: Path) -> None:
    with rotate(keys, 20 * SECOND) as rotation:
        assert (read(keys).current, sorted(read(keys).secrets)) == ("k1", ["k1", "k2"])
    assert read(keys) == rotation.keyring
    assert (read(keys).current, sorted(read(keys).secrets)) == ("k2", ["k1", "k2"])


def test_what_the_old_secret_signed_stays_valid(keys: Path) -> None:
    old = make_device_key(read(keys), "d1")
    with rotate(keys, 0):
        assert verify_device_key(read(keys), old, "d1")
    assert verify_device_key(read(keys), old, "d1")


def test_a_wait_that_fails_leaves_the_old_secret_signing(keys: Path) -> None:
    def fail() -> None:
        with rotate(keys, 0):
            raise CredentialsError("not in force")

    with pytest.raises(CredentialsError, match="not in force"):
        fail()
    assert read(keys).current == "k1"


def test_a_second_rotation_says_which_secret_would_go_and_how_old_it_is(keys: Path) -> None:
    with rotate(keys, 20 * SECOND):
        pass
    before = keys.read_bytes()
    with pytest.raises(CredentialsError, match=r"would drop k1, made 90 s ago"), rotate(keys, 100 * SECOND):
        pass
    assert keys.read_bytes() == before


def test_a_second_rotation_drops_what_may_go(keys: Path) -> None:
    with rotate(keys, 20 * SECOND):
        pass
    with rotate(keys, 30 * SECOND, drop=True) as rotation:
        assert rotation.dropped == "k1"
        assert read(keys).current == "k2"
    assert (read(keys).current, sorted(read(keys).secrets)) == ("k3", ["k2", "k3"])
    assert read(keys).created == {"k2": 20 * SECOND, "k3": 30 * SECOND}


def test_a_file_of_before_says_that_nobody_knows_how_old_a_secret_is(keys: Path) -> None:
    keyring = Keyring("k1", {"k1": b"s" * 32})
    keys.write_bytes(format_keyring(keyring))
    assert "created" not in json.loads(keys.read_text())
    assert age_in_words(keyring, "k1", 5) == "at an unknown time"


def test_a_link_stays_a_link(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(keys)
    with rotate(tmp_path / "link.json", 0):
        pass
    assert (tmp_path / "link.json").is_symlink()
    assert read(keys).current == "k2"


def test_however_often_it_is_rotated_two_are_live_and_no_name_comes_back(keys: Path) -> None:
    names = []
    for moment in range(12):
        with rotate(keys, moment, drop=True):
            pass
        names.append(read(keys).current)
    assert len(read(keys).secrets) == 2
    assert len(set(names)) == 12
