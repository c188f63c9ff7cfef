"""A whole platform on this machine, with the embedded servers: up, changed, killed, recovered, down."""

import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest

from telemetry_operator.local.processes import is_alive
from tests.integration.local.conftest import Ctl
from tests.support.waiting import wait_until

NAME = "plant"
SERVICES = {"producer-1", "consumer-1", "analytics-1"}
SERVERS = {"postgres", "redis", "kafka"}

pytestmark = pytest.mark.xdist_group("local-platform")  # one platform for them all, not one on each worker


@pytest.fixture(scope="module")
def manifest(ctl: Ctl) -> Path:
    return ctl.manifest(NAME)


@pytest.fixture
def platform(ctl: Ctl, manifest: Path) -> str:
    """The platform, up as its manifest says, whatever the test before did to it."""
    if not ctl.is_up(manifest):
        ctl.up(manifest)
    return NAME


def platform_processes(ctl: Ctl) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in ctl.pids(NAME).values() if pid]


def test_every_process_of_the_architecture_is_up_and_ready(ctl: Ctl, platform: str) -> None:
    status = ctl.status(platform)
    assert status["state"] == "up"
    assert {process["name"] for process in status["processes"] if process["ready"]} == SERVICES | SERVERS


def test_the_printed_addresses_answer(ctl: Ctl, platform: str) -> None:
    addresses = ctl.status(platform)["addresses"]
    for address in addresses.values():
        assert httpx.get(f"{address}/api/v1/no-such-thing", trust_env=False).status_code in {401, 404}


def test_a_second_up_changes_nothing(ctl: Ctl, platform: str, manifest: Path) -> None:
    before = ctl.pids(platform)
    ctl.up(manifest)
    assert ctl.pids(platform) == before


def test_a_changed_manifest_restarts_only_what_it_changes(ctl: Ctl, platform: str) -> None:
    before = ctl.pids(platform)
    ctl.up(ctl.manifest(NAME, spec=", cache: {ttl: 2s}"))
    after = ctl.pids(platform)
    ctl.manifest(NAME)
    assert {name for name in before if before[name] != after[name]} == {"analytics-1"}


def test_replicas_share_the_public_port(ctl: Ctl, platform: str) -> None:
    status = ctl.up(ctl.manifest(NAME, spec=", analytics: {replicas: 2}"))
    ctl.manifest(NAME)
    both = [process for process in status["processes"] if process["component"] == "analytics"]
    assert len(both) == 2
    assert len({process["port"] for process in both}) == 1
    assert len({process["management_port"] for process in both}) == 2


def test_a_killed_service_is_back_on_its_port_and_counted(ctl: Ctl, platform: str) -> None:
    before = ctl.pids(platform)["producer-1"]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: ctl.status(platform)["state"] == "up", what="all is up again")
    (producer,) = (process for process in ctl.status(platform)["processes"] if process["name"] == "producer-1")
    assert producer["pid"] != before
    assert producer["restarts"] >= 1


def test_a_killed_supervisor_is_recovered_by_up(ctl: Ctl, platform: str, manifest: Path) -> None:
    processes = platform_processes(ctl)
    ctl.kill_supervisor(platform)
    assert ctl.up(manifest)["state"] == "up"
    assert not any(map(is_alive, processes))


def test_down_after_a_killed_supervisor_leaves_no_process_and_up_finds_data_and_ports(
    ctl: Ctl, platform: str, manifest: Path
) -> None:
    before, processes = ctl.status(platform), platform_processes(ctl)
    ctl.kill_supervisor(platform)
    ctl.run("down", platform, code=0)
    assert not any(map(is_alive, processes))
    assert (ctl.state(platform) / "data" / "postgres").is_dir()
    assert ctl.up(manifest)["addresses"] == before["addresses"]


def test_the_logs_of_a_component_are_shown(ctl: Ctl, platform: str) -> None:
    shown = ctl.run("logs", "kafka", "--platform", platform, "--lines", "5", code=0)
    assert 1 <= len(shown.stdout.splitlines()) <= 5


def test_a_change_that_leaves_data_behind_is_refused_and_changes_nothing(ctl: Ctl, platform: str) -> None:
    before = ctl.pids(platform)
    refused = ctl.run("up", str(ctl.manifest(NAME, "stream-memory")), code=1)
    ctl.manifest(NAME)
    assert "spec.store was postgres and would be memory" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert ctl.pids(platform) == before


def test_ctrl_c_while_coming_up_leaves_no_process(ctl: Ctl) -> None:
    said = []
    with ctl.begin("up", str(ctl.manifest("interrupted"))) as up:
        assert up.stderr is not None
        for line in up.stderr:
            said.append(line)
            if "waiting for kafka" in line:
                break
        up.send_signal(signal.SIGINT)
        said += up.stderr
    assert (up.returncode, said[-1]) == (130, "interrupted\n"), "".join(said)
    root = str(ctl.state("interrupted"))
    assert not [p for p in psutil.process_iter(["cmdline"]) if any(root in part for part in p.info["cmdline"] or ())]


def test_deleting_data_leaves_nothing(ctl: Ctl, platform: str) -> None:
    ctl.run("down", platform, "--delete-data", code=0)
    assert not ctl.state(platform).exists()
