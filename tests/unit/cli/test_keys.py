import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telemetry_contract.keys import Keyring, Scope, format_keyring, verify_device_key, verify_token
from telemetry_operator.cli import app
from telemetry_operator.commands.keys import CredentialError, issue_device_key, issue_token

KEYRING = Keyring("k2", {"k1": b"a" * 32, "k2": b"b" * 32})


def test_a_device_key_is_the_devices_own_and_of_its_generation() -> None:
    key = str(issue_device_key(KEYRING, "d1", 3)["key"])
    assert verify_device_key(KEYRING, key, "d1", minimum_generation=3)
    assert not verify_device_key(KEYRING, key, "d1", minimum_generation=4)
    assert not verify_device_key(KEYRING, key, "d2")


@pytest.mark.parametrize(("device", "generation"), [("", 0), ("a b", 0), ("_probe", 0), ("d1", -1), ("d1", 2**31)])
def test_an_impossible_device_key_is_refused(device: str, generation: int) -> None:
    with pytest.raises(CredentialError):
        issue_device_key(KEYRING, device, generation)


def test_a_token_says_who_may_do_what_and_until_when() -> None:
    token = issue_token(KEYRING, "grafana", [Scope.READ, Scope.READ], 3600)
    claims = verify_token(KEYRING, str(token["token"]), time.time())
    assert claims is not None
    assert (claims.subject, claims.scopes) == ("grafana", (Scope.READ,))
    assert verify_token(KEYRING, str(token["token"]), time.time() + 3601) is None


@pytest.mark.parametrize(("subject", "scopes"), [("", [Scope.READ]), ("g" * 2048, [Scope.READ]), ("grafana", [])])
def test_a_token_of_nobody_or_for_nothing_is_refused(subject: str, scopes: list[Scope]) -> None:
    with pytest.raises(CredentialError):
        issue_token(KEYRING, subject, scopes, 3600)


def test_the_key_alone_is_printed_whole_for_a_shell(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(format_keyring(KEYRING))
    result = CliRunner().invoke(app, ["device", "key", "d1", "--keys-file", str(tmp_path / "keys.json")])
    assert verify_device_key(KEYRING, result.stdout.removesuffix("\n"), "d1")


def test_a_token_is_json_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(format_keyring(KEYRING))
    options = ["--subject", "s", "--scope", "admin", "--scope", "readings:read", "-o", "json"]
    result = CliRunner().invoke(app, ["token", "create", *options, "--keys-file", str(tmp_path / "keys.json")])
    claims = verify_token(KEYRING, json.loads(result.stdout)["token"], time.time() + 29 * 86_400)
    assert claims is not None
    assert claims.scopes == (Scope.ADMIN, Scope.READ)
