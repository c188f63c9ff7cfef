"""Limits of a whole platform, shared out among its pods."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.architecture import PRESETS
from telemetry_operator.comparisons.limits import limits_of
from telemetry_operator.comparisons.sharing import shared
from telemetry_operator.specs.comparison import Budget, platform_named
from telemetry_operator.specs.quantity import Quantity

BUDGET = Budget(cpu=Quantity("8"), memory=Quantity("6Gi"))


def limits_of_parts(spec: dict[str, Any], budget: Budget = BUDGET) -> dict[str, dict[str, str]]:
    given = shared(spec, budget)
    blocks = {part: given[part].get("builtin", given[part]) for part in given.keys() & {*PARTS}}
    return {part: block["resources"]["limits"] for part, block in blocks.items()}


PARTS = ("producer", "consumer", "analytics", "postgres", "redis", "kafka")


@given(
    st.sampled_from(sorted(PRESETS)),
    st.integers(900, 64_000),
    st.integers(1200, 100_000),
    st.integers(1, 9),
    st.sampled_from([1, 3]),
)
def test_every_preset_has_the_same_sum_whatever_it_is_made_of(
    preset: str, milli: int, mebi: int, replicas: int, brokers: int
) -> None:
    budget = Budget(cpu=Quantity(f"{milli}m"), memory=Quantity(f"{mebi}Mi"))
    spec: dict[str, Any] = {"architecture": preset, "analytics": {"replicas": replicas}}
    if "kafka" in preset or "stream" in preset:
        spec["kafka"] = {"builtin": {"brokers": brokers}}
    found = limits_of(platform_named("p", shared(spec, budget)).spec)
    assert (found.cpu, found.memory) == (budget.cpu.value, budget.memory.value)


def test_each_part_keeps_its_ratio_to_the_others() -> None:
    limits = {"resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
    twice = {"resources": {"limits": {"cpu": "2", "memory": "2Gi"}}}
    found = limits_of_parts({"producer": limits, "analytics": limits, "postgres": {"builtin": twice}})
    assert found == {
        "producer": {"cpu": "2000m", "memory": "1536Mi"},
        "analytics": {"cpu": "2000m", "memory": "1536Mi"},
        "postgres": {"cpu": "4000m", "memory": "3072Mi"},
    }


def test_what_is_not_limited_weighs_what_it_asks_for() -> None:
    found = limits_of_parts({"producer": {"resources": {"requests": {"cpu": "500m"}}}, "analytics": {"resources": {}}})
    assert found["producer"]["cpu"] == "4000m"
    assert found["analytics"]["cpu"] == found["postgres"]["cpu"] == "2000m"


def test_requests_are_lowered_to_a_smaller_share_and_otherwise_kept() -> None:
    spec = shared({"architecture": "scale"}, Budget(cpu=Quantity("900m"), memory=Quantity("5Gi")))
    assert spec["producer"]["resources"]["requests"] == {"cpu": "100m", "memory": "256Mi"}


@pytest.mark.parametrize("part", ["redis", "kafka", "consumer"])
def test_nothing_is_added_to_a_platform(part: str) -> None:
    assert part not in shared({"architecture": "baseline"}, BUDGET)
