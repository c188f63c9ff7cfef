from itertools import chain
from typing import Any

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_contract.settings import Component
from telemetry_operator.environment import environment_of
from telemetry_operator.resources.addresses import endpoints_of
from telemetry_operator.resources.connections import SECRET_VARIABLES
from telemetry_operator.resources.naming import LONGEST, MANAGED_BY
from telemetry_operator.resources.objects import OWNED_KINDS, Object, key_of
from telemetry_operator.resources.variables import binding_of, programs_of
from telemetry_operator.resources.workloads import build_foundation, build_prepare, build_workloads, image_of
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.expected_objects import CASES, DIRECTORY, INGRESS, build_case, read_case
from tests.unit.resources.given import LONGEST_NAME, context_for, of_kind, platform_in
from tests.unit.resources.restricted import violations

EVERYTHING: dict[str, Any] = {"networkPolicy": {"enabled": True}, "ingress": INGRESS}


def build_all(platform: TelemetryPlatform) -> list[Object]:
    context = context_for(platform)
    return [
        *build_foundation(platform, context),
        build_prepare(platform, context),
        *build_workloads(platform, context),
    ]


def templates(objects: list[Object]) -> dict[str, Object]:
    """Pod templates by component."""
    found = {one["metadata"]["labels"]["app.kubernetes.io/component"]: one for one in objects if "template" in str(one)}
    return {name: one["spec"]["template"] for name, one in found.items() if "template" in one.get("spec", {})}


@pytest.mark.parametrize("case", CASES)
def test_the_objects_are_those_that_are_expected(case: str) -> None:
    assert build_case(case) == read_case(case)


def test_every_expectation_has_a_case() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("preset", PRESETS)
def test_two_builds_of_one_platform_are_equal(preset: str) -> None:
    platform = platform_in(architecture=preset, **EVERYTHING)
    assert build_all(platform) == build_all(platform)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_pod_is_restricted(preset: str) -> None:
    pods = templates(build_all(platform_in(architecture=preset)))
    assert pods.keys() >= {"producer", "analytics", "prepare"}
    assert {name: list(violations(pod["spec"])) for name, pod in pods.items()} == {name: [] for name in pods}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_program_is_told_what_its_environment_says(preset: str) -> None:
    platform = platform_in(architecture=preset)
    context = context_for(platform)
    endpoints = endpoints_of(platform, context.secrets)
    pods = templates(build_all(platform))
    for component in programs_of(platform):
        told = environment_of(component, platform, endpoints, binding_of(platform, component))
        env = pods[component]["spec"]["containers"][0]["env"]
        plain = {one["name"]: one["value"] for one in env if "value" in one}
        referred = {one["name"] for one in env if "valueFrom" in one}
        assert plain == {name: value for name, value in told.items() if name not in SECRET_VARIABLES}
        assert referred == told.keys() & SECRET_VARIABLES


@pytest.mark.parametrize("preset", PRESETS)
def test_what_pods_refer_to_by_secret_is_in_the_secret(preset: str) -> None:
    objects = build_all(platform_in(architecture=preset))
    [secret] = of_kind(objects, "Secret").values()
    env = chain.from_iterable(pod["spec"]["containers"][0]["env"] for pod in templates(objects).values())
    wanted = {one["valueFrom"]["secretKeyRef"]["key"] for one in env if "valueFrom" in one}
    assert wanted == secret["data"].keys()


@pytest.mark.parametrize("preset", PRESETS)
def test_no_name_is_too_long_and_no_two_objects_are_one(preset: str) -> None:
    assert len(LONGEST_NAME) == 63
    objects = build_all(platform_in(LONGEST_NAME, architecture=preset, **EVERYTHING))
    assert max(len(one["metadata"]["name"]) for one in objects) <= LONGEST
    assert len({key_of(one) for one in objects}) == len(objects)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_object_can_be_found_again_and_goes_with_its_platform(preset: str) -> None:
    known = {(kind.api_version, kind.kind) for kind in OWNED_KINDS}
    for one in build_all(platform_in(architecture=preset, **EVERYTHING)):
        assert (one["apiVersion"], one["kind"]) in known
        assert one["metadata"]["labels"].items() >= {**MANAGED_BY, "app.kubernetes.io/instance": "demo"}.items()
        assert one["metadata"]["ownerReferences"][0]["controller"] is True


@pytest.mark.parametrize("preset", PRESETS)
def test_objects_hold_plain_data_and_nothing_empty(preset: str) -> None:
    # The API server drops what is null or empty: what we want would never be what is there.
    for one in build_all(platform_in(architecture=preset, **EVERYTHING)):
        assert list(odd_parts(one)) == []


def odd_parts(value: object, path: str = "") -> list[str]:
    if type(value) not in {dict, list, str, int, bool} or value in ({}, [], ""):
        return [f"{path}: {value!r}"]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [odd for name, inner in pairs for odd in odd_parts(inner, f"{path}.{name}")]


def test_only_the_architectures_programs_run() -> None:
    def running(preset: str) -> set[str]:
        return set(of_kind(build_all(platform_in(architecture=preset)), "Deployment"))

    assert running("baseline") == {"demo-producer", "demo-analytics"}
    assert running("kafka") == running("stream-memory") == {"demo-producer", "demo-consumer", "demo-analytics"}


def test_the_manifests_image_wins_over_the_releases() -> None:
    platform = platform_in(images={"services": "mine:1"})
    assert image_of(platform, context_for(platform)) == "mine:1"
    assert image_of(platform_in(), context_for(platform)) == "telemetry/services:1.0.0"


def test_another_count_of_replicas_replaces_no_pod_but_those_that_share_limits() -> None:
    few, many = (templates(build_all(platform_in(architecture="kafka", **counts(most)))) for most in (2, 9))
    assert [name for name in few if few[name] != many[name]] == [Component.PRODUCER]


def counts(most: int) -> dict[str, Any]:
    return {name: {"autoscaling": {"maxReplicas": most}} for name in ("producer", "consumer", "analytics")}
