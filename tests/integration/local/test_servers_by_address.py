"""Platforms on servers that are not theirs, and two of them side by side."""

from pathlib import Path

import pytest

from tests.integration.local.conftest import Ctl


@pytest.fixture
def by_address(database_url: str, redis_url: str, kafka_bootstrap: str) -> tuple[str, ...]:
    return ("--postgres", database_url, "--redis", redis_url, "--kafka", kafka_bootstrap)


def test_two_platforms_on_given_servers_do_not_disturb_each_other(
    ctl: Ctl, by_address: tuple[str, ...], database_url: str
) -> None:
    one = ctl.up(ctl.manifest("one"), *by_address)
    assert one["state"] == "up"
    assert {process["component"] for process in one["processes"]} == {"producer", "consumer", "analytics"}
    assert set(one["servers"]) == {"postgres", "redis", "kafka"}
    other = ctl.up(ctl.manifest("other", "stream-postgres"), "--kafka", by_address[-1], "--postgres", database_url)
    assert not set(one["addresses"].values()) & set(other["addresses"].values())
    ctl.run("down", "one", "--delete-data", code=0)
    assert ctl.status("other")["state"] == "up"
    ctl.run("down", "other", "--delete-data", code=0)


def test_a_server_that_is_not_there_is_named_before_anything_starts(ctl: Ctl, by_address: tuple[str, ...]) -> None:
    refused = ctl.run("up", str(ctl.manifest("lost")), *by_address[:4], "--kafka", "127.0.0.1:1", code=1)
    assert refused.stderr.splitlines()[0] == "error: kafka does not answer at 127.0.0.1:1"


def test_a_redis_for_the_rate_limits_alone_is_used_and_said_to_be(
    ctl: Ctl, database_url: str, by_address: tuple[str, ...]
) -> None:
    manifest, options = ctl.manifest("limited", "baseline"), ("--postgres", database_url, *by_address[2:4])
    shown = ctl.run("up", str(manifest), *options, code=0)
    assert "redis counts the rate limits alone" in shown.stdout
    assert set(ctl.status("limited")["servers"]) == {"postgres", "redis"}
    wrong = ctl.run("up", str(manifest), *options[:3], "redis://127.0.0.1:1/0", code=1)
    assert "error: redis does not answer at 127.0.0.1:1\n" in wrong.stderr
    ctl.run("down", "limited", "--delete-data", code=0)


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_server_that_refuses_us_is_named_with_its_reason(ctl: Ctl, by_address: tuple[str, ...], server: str) -> None:
    options = [option.replace("@", "wrong@") if option.startswith(server) else option for option in by_address]
    refused = ctl.run("up", str(ctl.manifest("wrong")), *options, code=1)
    assert f"error: {server} refuses us: " in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_service_that_does_not_come_up_shows_its_last_log_lines(ctl: Ctl, by_address: tuple[str, ...]) -> None:
    manifest = ctl.manifest("broken")
    ctl.up(manifest, *by_address)
    keys = ctl.state("broken") / "secrets" / "keys.json"
    keys.write_text("{}")
    refused = ctl.run("up", str(ctl.manifest("broken", spec=", cache: {ttl: 2s}")), *by_address, code=1)
    assert "analytics-1 ends as soon as it starts; its last log lines:" in refused.stderr
    assert "the keys file" in refused.stderr


def test_a_state_directory_of_another_release_is_refused(ctl: Ctl) -> None:
    state = ctl.state("old")
    state.mkdir(parents=True)
    (state / "format").write_text("0")
    refused = ctl.run("up", str(ctl.manifest("old")), code=1)
    (state / "format").write_text("1")
    assert "was made by another release" in refused.stderr


def test_a_state_directory_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    blocked = Ctl(tmp_path / "file")
    manifest = Ctl(tmp_path).manifest("plant")
    refused = blocked.run("up", str(manifest), code=1)
    assert len(refused.stderr.splitlines()) == 2
