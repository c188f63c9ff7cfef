import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from telemetry_contract.keys import parse_keyring, parse_revocations, verify_device_key
from telemetry_operator.cli import app
from telemetry_operator.client.enforcement import NotInForceError
from telemetry_operator.commands import revocation, rotation
from telemetry_operator.commands.output import ExitCode
from telemetry_operator.commands.target import Addresses
from telemetry_operator.local.state import State, open_state


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return open_state("plant")


@pytest.fixture
def verdicts(state: State, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """What was waited for, on a platform that runs: device, key, accepted."""
    waited: list[tuple[str, str, bool]] = []

    def note(_producer: str, _analytics: str, device: str, key: str, *, accepted: bool) -> float:
        waited.append((device, key, accepted))
        return 2.5

    for module in (revocation, rotation):
        monkeypatch.setattr(module, "find_running", lambda _: Addresses("http://p", "http://a", None))
        monkeypatch.setattr(module, "await_verdict", note)
    return waited


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def plain(*arguments: str) -> Any:  # noqa: ANN401 - what was printed
    return json.loads(run(*arguments, "-o", "json").stdout)


def test_a_revocation_waits_until_the_newest_old_key_is_refused(
    state: State, verdicts: list[tuple[str, str, bool]]
) -> None:
    found = plain("device", "revoke", "d1", "--generation", "3")
    assert found == {"device": "d1", "before": 0, "minimum": 3, "waited_seconds": 2.5, "key": None}
    ((device, key, accepted),) = verdicts
    assert (device, accepted) == ("d1", False)
    assert verify_device_key(parse_keyring(state.keys_file.read_bytes()), key, "d1", minimum_generation=2)
    assert not verify_device_key(parse_keyring(state.keys_file.read_bytes()), key, "d1", minimum_generation=3)


def test_the_next_valid_key_stands_alone_on_standard_output(state: State) -> None:
    key = run("device", "revoke", "d1", "--key").stdout.removesuffix("\n")
    assert verify_device_key(parse_keyring(state.keys_file.read_bytes()), key, "d1", minimum_generation=1)
    assert parse_revocations(state.revocations_file.read_bytes()) == {"d1": 1}


def test_nothing_is_waited_for_where_that_is_not_wanted(verdicts: list[tuple[str, str, bool]]) -> None:
    assert "in force within 10 s" in run("device", "revoke", "d1", "--no-wait").stdout
    assert run("key", "rotate", "--no-wait").exit_code == ExitCode.OK
    assert verdicts == []


def test_bringing_a_key_back_is_1(state: State) -> None:
    run("device", "revoke", "d1", "--generation", "3")
    result = run("device", "revoke", "d1", "--generation", "2")
    assert result.exit_code == ExitCode.FAILED
    assert "would bring revoked keys back" in result.stderr


def test_a_rotation_waits_until_the_new_secret_is_known(state: State, verdicts: list[tuple[str, str, bool]]) -> None:
    found = plain("key", "rotate")
    assert found == {"current": "k2", "live": ["k1", "k2"], "dropped": None, "waited_seconds": 2.5}
    ((_, key, accepted),) = verdicts
    assert accepted
    assert key.startswith("k2.")


def test_a_secret_that_is_not_known_in_time_does_not_sign(
    state: State, verdicts: list[tuple[str, str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> float:
        raise NotInForceError("after 15 s producer still refuses the key")

    monkeypatch.setattr(rotation, "await_verdict", fail)
    assert run("key", "rotate").exit_code == ExitCode.FAILED
    assert parse_keyring(state.keys_file.read_bytes()).current == "k1"


def test_a_second_rotation_must_be_allowed_to_drop(state: State) -> None:
    run("key", "rotate")
    result = run("key", "rotate")
    assert result.exit_code == ExitCode.FAILED
    assert "would drop k1, made " in result.stderr
    assert " s ago" in result.stderr
    assert plain("key", "rotate", "--drop")["dropped"] == "k1"


def test_secrets_are_listed_by_name_and_never_shown(state: State) -> None:
    run("key", "rotate")
    assert [(one["kid"], one["current"]) for one in plain("key", "list")] == [("k1", False), ("k2", True)]
    shown = run("key", "list").stdout + run("key", "list", "-o", "json").stdout
    assert not any(secret in shown for secret in json.loads(state.keys_file.read_text())["secrets"].values())


def test_a_keys_file_of_no_platform_here_is_rotated_without_waiting(
    state: State, tmp_path: Path, verdicts: list[tuple[str, str, bool]]
) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(state.keys_file.read_bytes())
    assert run("key", "rotate", "--keys-file", str(file)).exit_code == ExitCode.OK
    assert parse_keyring(file.read_bytes()).current == "k2"
    assert verdicts == []
