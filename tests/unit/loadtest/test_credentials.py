"""What a run is given to prove itself with opens its own devices, and ends."""

from pathlib import Path

import msgspec
import pytest

from telemetry_contract.keys import Keyring, Scope, format_keyring, verify_device_key, verify_token
from telemetry_loadtest.credentials import (
    MARGIN,
    decode_credentials,
    encode_credentials,
    issue_credentials,
    read_credentials,
)
from telemetry_loadtest.plan import TargetOfLoad
from tests.unit.loadtest.plans import plan_of

KEYRING = Keyring("k1", {"k1": bytes(range(32)), "k0": bytes(32)})
NOW = 1_770_000_000
PLAN = plan_of(devices=3)
CREDENTIALS = issue_credentials(PLAN, KEYRING, NOW)


def test_each_device_of_the_run_and_the_probes_has_its_own_key() -> None:
    key_of = CREDENTIALS.key_of(PLAN)
    for device in (*PLAN.device_names, PLAN.probe_name):
        assert verify_device_key(KEYRING, key_of(device), device)
    assert not verify_device_key(KEYRING, key_of(PLAN.probe_name), PLAN.device_names[0])


def test_tokens_read_or_write_and_outlive_the_run_and_no_more() -> None:
    end = NOW + PLAN.curve.seconds
    for token, scope in ((CREDENTIALS.reader, Scope.READ), *((one, Scope.WRITE) for one in CREDENTIALS.gateways)):
        claims = verify_token(KEYRING, token, end + MARGIN - 1)
        assert claims is not None
        assert claims.scopes == (scope,)
        assert verify_token(KEYRING, token, end + MARGIN) is None


def test_no_secret_of_the_platform_is_in_them() -> None:
    text = encode_credentials(CREDENTIALS).decode()
    secrets = msgspec.json.decode(format_keyring(KEYRING))["secrets"].values()
    assert not any(secret in text for secret in secrets)


def test_they_are_read_as_they_were_written() -> None:
    assert decode_credentials(encode_credentials(CREDENTIALS)) == CREDENTIALS


def test_a_keys_file_gives_the_same_as_credentials_that_were_made_elsewhere(tmp_path: Path) -> None:
    keys, given = tmp_path / "keys.json", tmp_path / "credentials.json"
    keys.write_bytes(format_keyring(KEYRING))
    given.write_bytes(encode_credentials(CREDENTIALS))
    for target in (TargetOfLoad("p", "a", keys_file=str(keys)), TargetOfLoad("p", "a", credentials_file=str(given))):
        assert read_credentials(msgspec.structs.replace(PLAN, target=target), NOW) == CREDENTIALS


def test_keys_of_another_number_of_devices_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        CREDENTIALS.key_of(plan_of(devices=4))
