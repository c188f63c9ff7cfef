from pathlib import Path

import pytest

from telemetry_contract.keys import parse_keyring, parse_revocations
from telemetry_operator.local.applied import read_applied
from telemetry_operator.local.files import UnreadableFileError, write_private
from telemetry_operator.local.state import (
    StateError,
    UnknownPlatformError,
    choose_state,
    locked,
    open_state,
    platform_names,
    states_directory,
    was_up,
)
from tests.unit.local.recorded import record_this_process


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_state_lies_below_the_xdg_state_directory(home: Path) -> None:
    assert open_state("plant").root == home / "telemetry-platform" / "plant"


def test_secrets_and_their_directories_are_their_owners_alone() -> None:
    state = open_state("plant")
    state.password("postgres")
    assert {mode(path) for path in state.keys_file.parent.iterdir()} == {0o600}
    assert {mode(path) for path in (state.root, state.keys_file.parent, state.data, state.logs)} == {0o700}


def test_the_keys_and_revocations_are_what_the_services_read() -> None:
    state = open_state("plant")
    assert len(parse_keyring(state.keys_file.read_bytes()).secrets) == 1
    assert parse_revocations(state.revocations_file.read_bytes()) == {}


def test_secrets_are_made_once() -> None:
    first = open_state("plant")
    keys, password = first.keys_file.read_bytes(), first.password("redis")
    second = open_state("plant")
    assert (second.keys_file.read_bytes(), second.password("redis")) == (keys, password)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"producer": "x"}'])
def test_a_damaged_file_is_named(text: str) -> None:
    state = open_state("plant")
    (state.root / "ports.json").write_text(text)
    state.applied.write_text(text)
    with pytest.raises(UnreadableFileError, match=r"ports\.json is damaged"):
        state.ports()
    with pytest.raises(UnreadableFileError, match=r"applied\.json is damaged"):
        read_applied(state.applied)


def test_a_platform_that_never_came_up_holds_nobodys_data() -> None:
    state = open_state("plant")
    assert not was_up("plant")
    write_private(state.applied, b"{}")
    assert was_up("plant")


def test_ports_are_remembered() -> None:
    open_state("plant").remember_ports({"producer": 20_001})
    assert open_state("plant").ports() == {"producer": 20_001}


@pytest.mark.parametrize("found", ["0", "2", "not a number"])
def test_a_state_of_another_format_is_refused_with_the_way_out(found: str) -> None:
    (open_state("plant").root / "format").write_text(found)
    with pytest.raises(StateError, match=f"its format is {found}, this release needs 1") as caught:
        open_state("plant")
    assert "mv " in (caught.value.hint or "")


def test_a_directory_that_is_not_ours_is_refused() -> None:
    strange = states_directory() / "plant"
    strange.mkdir(parents=True)
    (strange / "something").touch()
    with pytest.raises(StateError, match="its format is none"):
        open_state("plant")


def test_a_state_that_cannot_be_written_names_the_path_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(StateError, match=r"cannot write the state directory .*Not a directory") as caught:
        open_state("plant")
    assert "XDG_STATE_HOME" in (caught.value.hint or "")
    with pytest.raises(StateError, match="cannot write the state directory"), locked("plant", lambda: None):
        pass


def test_without_a_name_the_only_platform_is_meant() -> None:
    open_state("plant")
    assert choose_state(None).name == "plant"


def test_without_a_name_the_one_that_runs_is_meant() -> None:
    open_state("idle")
    record_this_process(open_state("busy").supervisor_record)
    assert choose_state(None).name == "busy"


def test_one_of_several_has_to_be_named() -> None:
    open_state("one")
    open_state("two")
    with pytest.raises(UnknownPlatformError, match="say which") as caught:
        choose_state(None)
    assert caught.value.hint == "platforms here: one, two"


@pytest.mark.parametrize("name", ["other", None])
def test_a_platform_that_was_never_brought_up_is_unknown(name: str | None) -> None:
    with pytest.raises(UnknownPlatformError, match="no platform"):
        choose_state(name)
    assert platform_names() == []


def test_a_deleted_state_leaves_nothing() -> None:
    state = open_state("plant")
    state.delete()
    assert not state.root.exists()


def test_who_waits_for_the_lock_is_told() -> None:
    told: list[str] = []

    def interrupt() -> None:
        told.append("waiting")
        raise InterruptedError

    with locked("plant", lambda: None), pytest.raises(InterruptedError), locked("plant", interrupt):
        pass
    assert told == ["waiting"]


def test_states_that_may_not_be_read_are_not_said_to_be_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(StateError, match=f"cannot read the state directory {tmp_path}/file/") as caught:
        choose_state(None)
    assert "XDG_STATE_HOME" in (caught.value.hint or "")
