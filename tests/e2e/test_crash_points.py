"""The operator killed after each of its writes: who comes after it brings the platform about, and nothing twice."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl

from telemetry_operator.cluster.client import Cluster
from telemetry_operator.reconcile.planning.generated_secrets import once_made
from telemetry_operator.resources.objects import Key
from tests.e2e.conftest import Deploy
from tests.e2e.harness.crashes import Engine, Killed, connected, made_once, objects_of
from tests.e2e.harness.fence import LABELS, fence, wait_for_fence
from tests.e2e.harness.namespaces import own_namespace
from tests.e2e.harness.platforms import Platform

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("crash-points")]  # the fence is theirs together

FIRST_WRITES = 14
CHANGE_WRITES = 13
"""Writes of an undisturbed run, each of which is one point to crash at."""


@pytest.fixture(scope="module", autouse=True)
def fenced(kubectl: Kubectl) -> Iterator[None]:
    with fence(kubectl):
        yield


@pytest.fixture
def place(kubectl: Kubectl) -> Iterator[Kubectl]:
    """A namespace in which no operator but the test's own writes."""
    with own_namespace(kubectl, LABELS) as own:
        wait_for_fence(own)
        yield own


async def test_every_write_is_a_crash_point(deploy: Deploy) -> None:
    platform = deploy("crash")
    async with connected(platform) as cluster:
        first, change = Engine(cluster, platform), Engine(cluster, platform)
        await first.converge()
        change_architecture(platform)
        await change.converge()
    assert (first.writes, change.writes) == (FIRST_WRITES, CHANGE_WRITES)


@pytest.mark.parametrize("last_write", range(1, FIRST_WRITES + 1))
async def test_a_first_visit_that_is_killed_is_carried_on(deploy: Deploy, last_write: int) -> None:
    platform = deploy("crash")
    async with connected(platform) as cluster:
        await crash_and_carry_on(cluster, platform, last_write)


@pytest.mark.parametrize("last_write", range(1, CHANGE_WRITES + 1))
async def test_a_change_of_architecture_that_is_killed_is_carried_on(deploy: Deploy, last_write: int) -> None:
    platform = deploy("crash")
    async with connected(platform) as cluster:
        await Engine(cluster, platform).converge()
        change_architecture(platform)
        await crash_and_carry_on(cluster, platform, last_write)


def change_architecture(platform: Platform) -> None:
    platform.patch(architecture="stream-redis", ingress=None)


async def crash_and_carry_on(cluster: Cluster, platform: Platform, last_write: int) -> None:
    with pytest.raises(Killed):
        await Engine(cluster, platform, last_write=last_write).converge()
    made = made_once(platform)
    await Engine(cluster, platform).converge()
    before = platform.live()["metadata"]["resourceVersion"]
    visit = await Engine(cluster, platform).visit()
    assert not visit.done
    assert platform.live()["metadata"]["resourceVersion"] == before
    assert set(objects_of(platform)) == set(visit.plan.wanted) | _once(platform)
    assert made.items() <= made_once(platform).items()


def _once(platform: Platform) -> set[Key]:
    """What is made once, of that which a platform with servers of others has."""
    suffixes = ("-keys", "-revocations")
    return {key for key in once_made(platform.model()) if key.name.endswith(suffixes)}
