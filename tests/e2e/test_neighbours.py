"""Platforms beside one another: in one namespace, of one name in two, of a name as long as it may be."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl

from telemetry_contract.times import format_time
from tests.e2e.conftest import Deploy
from tests.e2e.harness.namespaces import deploy as deploy_in
from tests.e2e.harness.namespaces import own_namespace
from tests.e2e.harness.platforms import Platform
from tests.support.feed import now_microseconds


@pytest.fixture
def elsewhere(kubectl: Kubectl) -> Iterator[Kubectl]:
    with own_namespace(kubectl) as own:
        yield own


def _store(platform: Platform, device: str) -> None:
    with platform.target() as target:
        target.send(device, {"time": format_time(now_microseconds()), "metrics": {"n": 1}}).raise_for_status()
        target.until_stored(1, device)


def _devices(platform: Platform) -> list[str]:
    with platform.target() as target:
        return [it["device"] for it in target.get("/devices").raise_for_status().json()["devices"]]


def test_two_platforms_in_one_namespace_know_nothing_of_each_other(deploy: Deploy) -> None:
    platforms = {name: deploy(f"neighbours/{name}.yaml") for name in ("first", "second")}
    for name, platform in platforms.items():
        platform.until("Available")
        _store(platform, f"of-{name}")
    assert [_devices(platform) for platform in platforms.values()] == [["of-first"], ["of-second"]]
    platforms["first"].delete("--wait")
    _store(platforms["second"], "afterwards")


def test_two_platforms_of_one_name_in_two_namespaces_too(deploy: Deploy, elsewhere: Kubectl) -> None:
    here, there = deploy("plain"), deploy_in(elsewhere, "plain")
    for platform, device in ((here, "here"), (there, "there")):
        platform.until("Available")
        _store(platform, device)
    assert (_devices(here), _devices(there)) == (["here"], ["there"])


def test_a_name_of_63_characters_is_long_enough_for_anybody(deploy: Deploy) -> None:
    platform = deploy("long-name")
    assert len(platform.name) == 63
    platform.until("Available")
    _store(platform, "one")
