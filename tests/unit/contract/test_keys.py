import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry_contract.keys import (
    MAX_CREDENTIAL,
    MAX_GENERATION,
    Claims,
    InvalidKeyring,
    Keyring,
    Scope,
    _encode,
    _mac,
    format_keyring,
    is_device_key,
    make_device_key,
    make_token,
    parse_keyring,
    parse_revocations,
    verify_device_key,
    verify_token,
)
from tests.unit.contract.strategies import ALPHANUMERIC, devices
from tests.unit.contract.vectors import CLAIMS, DEVICE_KEY, KEYRING, TOKEN

BASE64URL = ALPHANUMERIC + "-_"
NOW = 1_700_000_000

secrets = st.binary(min_size=32, max_size=64)
kids = st.text(ALPHANUMERIC, min_size=1, max_size=8)
generations = st.integers(0, MAX_GENERATION)
claims = st.builds(
    Claims, st.text(max_size=40), st.lists(st.sampled_from(Scope)).map(tuple), st.integers(NOW + 1, 2**40)
)


@st.composite
def keyrings(draw: st.DrawFn) -> Keyring:
    named = draw(st.dictionaries(kids, secrets, min_size=1, max_size=2))
    return Keyring(draw(st.sampled_from(sorted(named))), named)


def sign(claims: Any, keyring: Keyring = KEYRING) -> str:  # noqa: ANN401 - whatever could be signed
    """Return a token over any claims at all, signed as ours are."""
    text = _encode(claims if isinstance(claims, bytes) else json.dumps(claims).encode())
    return f"{keyring.current}.{text}.{_encode(_mac(keyring.secrets[keyring.current], b'token', text.encode()))}"


def test_a_device_key_never_changes() -> None:
    assert make_device_key(KEYRING, "pump-7", 12) == DEVICE_KEY
    assert verify_device_key(KEYRING, DEVICE_KEY, "pump-7")


def test_a_token_never_changes() -> None:
    assert make_token(KEYRING, CLAIMS) == TOKEN
    assert verify_token(KEYRING, TOKEN, NOW) == CLAIMS


@given(keyrings(), devices, generations)
def test_a_devices_own_key_is_good(keyring: Keyring, device: str, generation: int) -> None:
    key = make_device_key(keyring, device, generation)
    assert is_device_key(key)
    assert verify_device_key(keyring, key, device, generation)


@given(devices, devices, generations)
def test_another_devices_key_is_not(mine: str, other: str, generation: int) -> None:
    assert verify_device_key(KEYRING, make_device_key(KEYRING, mine, generation), other) is (mine == other)


@given(secrets, secrets)
def test_a_key_by_another_secret_is_not(one: bytes, other: bytes) -> None:
    key = make_device_key(Keyring("k1", {"k1": one}), "d")
    # HMAC pads a short secret with zeros, so a secret and the same with zeros behind it are one.
    assert verify_device_key(Keyring("k1", {"k1": other}), key, "d") is (one.ljust(64, b"\0") == other.ljust(64, b"\0"))


def test_a_generation_cannot_be_changed_in_a_key() -> None:
    kid, generation, mac = DEVICE_KEY.split(".")
    assert not verify_device_key(KEYRING, f"{kid}.{int(generation) + 1}.{mac}", "pump-7")


def test_characters_cannot_move_between_device_and_generation() -> None:
    mac = make_device_key(KEYRING, "d1", 2).split(".")[2]
    assert not verify_device_key(KEYRING, f"k1.12.{mac}", "d")
    assert not verify_device_key(KEYRING, f"k1.0.{mac}", "d12")


def test_a_generation_below_the_minimum_is_revoked() -> None:
    assert verify_device_key(KEYRING, DEVICE_KEY, "pump-7", 12)
    assert not verify_device_key(KEYRING, DEVICE_KEY, "pump-7", 13)


def test_both_of_two_live_secrets_verify_and_the_current_one_signs() -> None:
    both = Keyring("k2", {"k1": KEYRING.secrets["k1"], "k2": b"2" * 32})
    assert make_device_key(both, "d").startswith("k2.")
    assert verify_device_key(both, make_device_key(both, "d"), "d")
    assert verify_device_key(both, DEVICE_KEY, "pump-7")
    assert verify_token(both, TOKEN, NOW) == CLAIMS


def test_what_a_withdrawn_secret_signed_is_worth_nothing() -> None:
    later = Keyring("k2", {"k2": KEYRING.secrets["k1"]})
    assert not verify_device_key(later, DEVICE_KEY, "pump-7")
    assert verify_token(later, TOKEN, NOW) is None


@given(st.integers(0, 42), st.sampled_from(BASE64URL + "+/=. é"))
def test_no_character_of_a_mac_can_be_another(at: int, character: str) -> None:
    head, mac = DEVICE_KEY[:-43], DEVICE_KEY[-43:]
    changed = head + mac[:at] + character + mac[at + 1 :]
    assert verify_device_key(KEYRING, changed, "pump-7") is (changed == DEVICE_KEY)


@pytest.mark.parametrize("mac", [TOKEN[-43:], DEVICE_KEY[-43:]])
@pytest.mark.parametrize("change", ["", "cut", "A", "=", "==", ".", "\n", " "])
def test_a_mac_has_one_text_and_no_other_length(mac: str, change: str) -> None:
    whole, verify = (TOKEN, is_good_token) if mac in TOKEN else (DEVICE_KEY, is_good_key)
    changed = whole[:-1] if change == "cut" else whole + change
    assert verify(changed) is (change == "")


def is_good_key(key: str) -> bool:
    return verify_device_key(KEYRING, key, "pump-7")


def is_good_token(token: str) -> bool:
    return verify_token(KEYRING, token, NOW) is not None


def test_the_unused_bits_of_the_last_character_must_be_zero() -> None:
    assert DEVICE_KEY.endswith("4")  # 56, of which the lower two bits are unused: `5`, `6` and `7` mean the same bytes
    assert [is_good_key(DEVICE_KEY[:-1] + last) for last in "4567"] == [True, False, False, False]


@pytest.mark.parametrize(
    "generation", ["012", "+12", "-12", " 12", "12 ", "1_2", "１２", "¹²", "12.0", "0x12", "", "9" * 5000]
)
def test_a_generation_has_one_text(generation: str) -> None:
    kid, _, mac = DEVICE_KEY.split(".")
    assert not verify_device_key(KEYRING, f"{kid}.{generation}.{mac}", "pump-7")


def test_no_key_is_made_that_would_not_verify() -> None:
    assert verify_device_key(KEYRING, make_device_key(KEYRING, "d" * 128, MAX_GENERATION), "d" * 128)
    for device, generation in [("d", -1), ("d", MAX_GENERATION + 1), ("", 0), ("a b", 0), ("d" * 129, 0)]:
        with pytest.raises(ValueError, match="no key can be made"):
            make_device_key(KEYRING, device, generation)


@pytest.mark.parametrize("credential", ["", ".", "..", "...", "k1", "k1.", "k1.0", "k1.0.", "k1..", ".0.", "k1.0.A.B"])
def test_a_credential_with_parts_missing_is_refused(credential: str) -> None:
    assert not verify_device_key(KEYRING, credential, "d")
    assert verify_token(KEYRING, credential, NOW) is None


@given(st.text(st.characters()), st.text(st.characters()))
@example("k1.0.é", "d")
@example("k1.0.\ud800", "d")
@example("k1.0.A", "\ud800")
@example("k1.0.A", "d" * 70_000)
@example("\ud800.0.A", "d")
@example("k1.٣.A", "d")
@example("k1." + "0" * 10_000 + ".A", "d")
@example("k1.e30.é", "d")
def test_any_text_at_all_is_refused_and_nothing_raised(credential: str, device: str) -> None:
    is_device_key(credential)
    assert not verify_device_key(KEYRING, credential, device)
    assert verify_token(KEYRING, credential, NOW) is None


@given(st.text(st.characters()), st.sampled_from([1, 2]), st.sampled_from([DEVICE_KEY, TOKEN]))
def test_any_text_in_place_of_a_part_is_refused(text: str, part: int, credential: str) -> None:
    parts = credential.split(".")
    changed = ".".join([*parts[:part], text, *parts[part + 1 :]])
    if changed != credential:
        assert not is_good_key(changed)
        assert not is_good_token(changed)


@given(keyrings(), claims)
def test_the_claims_of_a_token_are_those_it_was_made_with(keyring: Keyring, claims: Claims) -> None:
    token = make_token(keyring, claims)
    assert not is_device_key(token)
    assert verify_token(keyring, token, NOW) == claims


def test_a_token_holds_until_the_second_it_expires() -> None:
    token = make_token(KEYRING, Claims("s", (Scope.READ,), NOW))
    assert verify_token(KEYRING, token, NOW - 0.001) is not None
    assert verify_token(KEYRING, token, NOW) is None


def test_a_token_is_no_device_key_and_a_device_key_no_token() -> None:
    assert not verify_device_key(KEYRING, TOKEN, "gateway-1")
    assert verify_token(KEYRING, DEVICE_KEY, NOW) is None


def test_the_mac_of_a_token_does_not_make_a_device_key_nor_the_reverse() -> None:
    # Were the kind not part of what is signed, one text signed for one purpose would serve the other.
    text = "12"
    device_mac = _encode(_mac(KEYRING.secrets["k1"], b"device", b"pump-7", text.encode()))
    token_mac = _encode(_mac(KEYRING.secrets["k1"], b"token", text.encode()))
    assert is_good_key(f"k1.{text}.{device_mac}")
    assert not is_good_key(f"k1.{text}.{token_mac}")


@pytest.mark.parametrize(
    "signed",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 1000,
        {}, {"subject": "s", "scopes": []}, {"subject": 1, "scopes": [], "expires": NOW + 1},
        {"subject": "s", "scopes": ["root"], "expires": NOW + 1},
        {"subject": "s", "scopes": [], "expires": "never"}, {"subject": "s", "scopes": [], "expires": None},
        {"subject": "s", "scopes": [], "expires": NOW + 1, "device": "d"},
    ],
)  # fmt: skip
def test_claims_that_this_release_does_not_know_are_refused_though_signed(signed: Any) -> None:  # noqa: ANN401
    assert verify_token(KEYRING, sign(signed), NOW) is None


def test_a_token_too_long_to_be_looked_at_is_not_made() -> None:
    with pytest.raises(ValueError, match="at most 2048 are looked at"):
        make_token(KEYRING, Claims("s" * MAX_CREDENTIAL, (), NOW + 1))
    assert verify_token(KEYRING, sign(msgspec.to_builtins(Claims("s" * MAX_CREDENTIAL, (), NOW + 1))), NOW) is None


@given(keyrings())
def test_a_keys_file_is_read_as_it_was_written(keyring: Keyring) -> None:
    assert parse_keyring(format_keyring(keyring)) == keyring


SECRET = _encode(bytes(32))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not usable"),
        (b"\xff", "not usable"),
        (b"[]", "not usable"),
        (b"[" * 100_000, "not usable"),
        (b'{"current":"k1"}', "missing required field `secrets`"),
        (b'{"current":"k1","secrets":{},"extra":1}', "unknown field `extra`"),
        (b'{"current":"k1","secrets":{}}', "names 'k1' as current"),
        (b'{"current":"k2","secrets":{"k1":"%b"}}' % SECRET.encode(), r"holds \['k1'\]"),
        (b'{"current":"k1","secrets":{"k1":1}}', "Expected `str`"),
        (b'{"current":"k1","secrets":{"k1":"%b="}}' % SECRET.encode(), "canonical form"),
        (b'{"current":"k1","secrets":{"k1":"A"}}', "not base64url"),
        (b'{"current":"k1","secrets":{"k1":"\xc3\xa9"}}', "not usable"),
        (b'{"current":"k1","secrets":{"k1":"%b"}}' % SECRET[:40].encode(), "at least 32 bytes"),
        (b'{"current":"k.1","secrets":{"k.1":"%b"}}' % SECRET.encode(), "alphanumeric"),
        (b'{"current":"","secrets":{"":"%b"}}' % SECRET.encode(), "alphanumeric"),
        ('{"current":"ké","secrets":{"ké":"%s"}}' % SECRET, "alphanumeric"),  # noqa: UP031 - braces
        (b'{"current":"k1","secrets":{"k1":"%b","k1":"%b"}}' % (SECRET.encode(), SECRET.encode()), "more than once"),
    ],
)
def test_a_keys_file_with_a_fault_is_refused_with_the_reason(text: bytes | str, reason: str) -> None:
    with pytest.raises(InvalidKeyring, match=reason):
        parse_keyring(text.encode() if isinstance(text, str) else text)


@given(st.text(BASE64URL, min_size=20, max_size=45))
def test_a_refused_keys_file_does_not_show_its_secrets(secret: str) -> None:
    with pytest.raises(InvalidKeyring) as caught:
        parse_keyring(json.dumps({"current": "k1", "secrets": {"k1": f"{secret}!"}}).encode())
    assert secret not in str(caught.value)


def test_revocations_are_a_generation_for_each_device() -> None:
    assert parse_revocations(b'{"pump-7": 3, "pump-8": 0}') == {"pump-7": 3, "pump-8": 0}


@pytest.mark.parametrize(
    "text",
    [
        *[b"", b"\xff", b"[]", b"[" * 100_000],
        *[b'{"d":"1"}', b'{"d":1.5}', b'{"d":-1}', b'{"d":null}', b'{"a b":1}', b'{"d":5,"d":0}'],
    ],
)
def test_a_revocations_file_with_a_fault_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="the revocations file"):
        parse_revocations(text)
