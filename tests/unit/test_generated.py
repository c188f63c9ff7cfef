import re
import secrets

from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.keys import format_keyring, make_device_key, parse_keyring, verify_device_key
from telemetry_operator.generated import CLUSTER_ID_BYTES, new_cluster_id, new_keyring, new_password


@given(st.binary(min_size=CLUSTER_ID_BYTES, max_size=CLUSTER_ID_BYTES))
def test_a_cluster_id_is_never_taken_for_an_option(data: bytes) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{21}", new_cluster_id(lambda _: data))


def test_a_password_needs_no_quoting_and_is_never_the_same() -> None:
    passwords = {new_password(secrets.token_bytes) for _ in range(100)}
    assert len(passwords) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", password) for password in passwords)


def test_a_new_keyring_signs_and_outlives_its_file() -> None:
    keyring = parse_keyring(format_keyring(new_keyring(secrets.token_bytes)))
    assert verify_device_key(keyring, make_device_key(keyring, "d1"), "d1")
    assert keyring.created == {}
    assert new_keyring(secrets.token_bytes, created=7).created == {"k1": 7}
