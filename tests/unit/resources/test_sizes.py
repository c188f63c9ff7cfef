from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.resources.amounts import resources_of as amounts_of
from telemetry_operator.resources.benchmark_context import USUAL_WORKER
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.sizes import completed, resources_of
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.pods import Resources
from tests.unit.resources.given import platform_in

AMOUNTS = st.none() | st.integers(1, 4096).map(lambda number: f"{number}Mi")
CPUS = st.none() | st.integers(1, 4000).map(lambda number: f"{number}m")


def worker(**resources: Any) -> Object:  # noqa: ANN401 - a manifest's fields
    return amounts_of(completed(Resources.model_validate(resources), USUAL_WORKER))


def sized(server: str = "postgres", **resources: Any) -> Object:  # noqa: ANN401 - a manifest's fields
    servers: dict[str, Any] = {server: {"builtin": {"resources": resources}}}
    spec = platform_in(architecture="kafka", **servers).spec
    return amounts_of(resources_of(spec, Server(server)))


@pytest.mark.parametrize("server", Server)
def test_a_server_asks_for_something_and_has_a_bound_where_the_spec_says_nothing(server: str) -> None:
    assert sized(server)["requests"].keys() == {"cpu", "memory"}
    assert sized(server)["limits"].keys() == {"memory"}


def test_what_the_spec_says_stands() -> None:
    given: dict[str, Any] = {"requests": {"cpu": "2", "memory": "3Gi"}, "limits": {"cpu": "4", "memory": "5Gi"}}
    assert sized(**given) == worker(**given) == given


def test_a_worker_has_limits_that_a_quota_can_count_and_that_one_process_does_not_reach() -> None:
    assert worker()["limits"] == {"cpu": "2", "memory": "512Mi"}
    assert worker(limits={"cpu": "50m"}) == {
        "requests": {"cpu": "50m", "memory": "128Mi"},
        "limits": {"cpu": "50m", "memory": "512Mi"},
    }
    assert worker(requests={"cpu": "3"})["limits"]["cpu"] == "3"


def test_a_limit_below_the_usual_request_lowers_it() -> None:
    small = sized(limits={"cpu": "100m", "memory": "256Mi"})
    assert small["requests"] == {"cpu": "100m", "memory": "256Mi"}


def test_a_request_above_the_usual_limit_raises_it() -> None:
    assert sized(requests={"memory": "8Gi"})["limits"] == {"memory": "8Gi"}


@given(AMOUNTS, CPUS)
def test_no_request_is_above_its_limit(memory: str | None, cpu: str | None) -> None:
    limits = {name: amount for name, amount in (("memory", memory), ("cpu", cpu)) if amount}
    spec = platform_in(postgres={"builtin": {"resources": {"limits": limits}}}).spec
    found = resources_of(spec, Server.POSTGRES)
    for kind in ("cpu", "memory"):
        request, limit = getattr(found.requests, kind), getattr(found.limits, kind)
        assert request
        assert limit is None or request.value <= limit.value
