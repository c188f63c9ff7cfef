"""What the manifest no longer asks for goes, whatever it is."""

import pytest
from tools.cluster.jobs import complete_jobs
from tools.cluster.kubectl import Object, until

from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import Platform

FIRST = {"producer": "http://crash.example"}


@pytest.fixture
def platform(deploy: Deploy) -> Platform:
    """Servers elsewhere, no pods: only the objects matter."""
    return deploy("crash")


def _settled(platform: Platform) -> bool:
    complete_jobs(platform.kubectl, platform.selector)
    return _is_current(platform.condition("Ready"), platform.live())


def _is_current(condition: Object, live: Object) -> bool:
    generation = live["metadata"]["generation"]
    return (condition.get("status"), condition.get("observedGeneration")) == ("True", generation)


def _outside(platform: Platform) -> Object | None:
    return dict(platform.live()["status"]["endpoints"]).get("outside")


def test_an_ingress_is_told_changed_and_taken_away(platform: Platform) -> None:
    until(lambda: _settled(platform), what="a platform as specified", seconds=180)
    assert _outside(platform) == FIRST
    platform.patch(ingress={"analyticsHost": "answers.example"})
    until(lambda: len(_rules(platform)) == 2, what="a rule for each host")
    until(lambda: _outside(platform) == FIRST | {"analytics": "http://answers.example"}, what="both in the status")
    platform.patch(ingress=None)
    until(lambda: not platform.owned("ingresses"), what="no Ingress")
    until(lambda: _outside(platform) is None, what="nothing outside in the status")


def test_policies_and_passwords_go_with_what_they_were_for(platform: Platform) -> None:
    until(lambda: _settled(platform), what="a platform as specified", seconds=180)
    passwords = platform.object_name("connections")
    assert platform.kubectl.get("secret", passwords)
    platform.patch(architecture="stream-memory", postgres=None, redis=None, networkPolicy=None)
    until(lambda: _settled(platform), what="a platform as specified", seconds=180)
    until(lambda: not platform.owned("networkpolicies"), what="no policies")
    until(lambda: platform.kubectl.get("secret", passwords) is None, what="no passwords")


def _rules(platform: Platform) -> list[Object]:
    return [rule for found in platform.owned("ingresses") for rule in found["spec"]["rules"]]
