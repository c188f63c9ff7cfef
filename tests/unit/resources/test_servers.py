import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_operator.resources.addresses import SecretMissingError
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import LONGEST, MANAGED_BY
from telemetry_operator.resources.objects import OWNED_KINDS, Object, key_of
from telemetry_operator.resources.servers import build_servers
from telemetry_operator.resources.stateful import ANNOTATION, CONFIGURATION
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.expected_objects import OWN_SERVERS
from tests.unit.resources.given import EXTERNAL, LONGEST_NAME, context_for, of_kind, platform_in
from tests.unit.resources.restricted import violations
from tests.unit.resources.test_workloads import odd_parts

THREE: dict[str, Any] = {"architecture": "kafka", "kafka": {"builtin": {"brokers": 3}}}


def build(platform: TelemetryPlatform, context: Context | None = None) -> tuple[Object, ...]:
    return build_servers(platform, context or context_for(platform))


def stateful_sets(platform: TelemetryPlatform, context: Context | None = None) -> dict[str, Object]:
    """StatefulSets by component."""
    found = of_kind(build(platform, context), "StatefulSet").values()
    return {one["metadata"]["labels"]["app.kubernetes.io/component"]: one for one in found}


def digests(platform: TelemetryPlatform, context: Context | None = None) -> dict[str, str]:
    sets = stateful_sets(platform, context)
    return {name: one["spec"]["template"]["metadata"]["annotations"][ANNOTATION] for name, one in sets.items()}


@pytest.mark.parametrize(
    ("preset", "servers"),
    [
        ("baseline", {"postgres"}),
        ("redis", {"postgres", "redis"}),
        ("kafka", {"postgres", "redis", "kafka"}),
        ("stream-memory", {"kafka"}),
    ],
)
def test_an_architecture_runs_the_servers_it_needs(preset: str, servers: set[str]) -> None:
    assert set(stateful_sets(platform_in(architecture=preset))) == servers


def test_servers_of_others_are_not_ours_to_run() -> None:
    assert build(platform_in(architecture="kafka", **EXTERNAL)) == ()


@pytest.mark.parametrize("spec", [THREE, OWN_SERVERS], ids=["usual", "shaped"])
def test_every_pod_is_restricted(spec: dict[str, Any]) -> None:
    for one in stateful_sets(platform_in(**spec)).values():
        assert list(violations(one["spec"]["template"]["spec"])) == []


@pytest.mark.parametrize("spec", [THREE, OWN_SERVERS], ids=["usual", "shaped"])
def test_every_container_asks_for_something_and_has_a_bound(spec: dict[str, Any]) -> None:
    for one in stateful_sets(platform_in(**spec)).values():
        pod = one["spec"]["template"]["spec"]
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]


def test_every_server_has_all_probes() -> None:
    for one in stateful_sets(platform_in(**THREE)).values():
        [container] = one["spec"]["template"]["spec"]["containers"]
        assert container.keys() >= {"startupProbe", "readinessProbe", "livenessProbe"}


@pytest.mark.parametrize("preset", PRESETS)
def test_objects_hold_plain_data_and_nothing_empty(preset: str) -> None:
    for one in build(platform_in(architecture=preset)):
        assert list(odd_parts(one)) == []


def test_no_name_is_too_long_and_no_two_objects_are_one() -> None:
    objects = build(platform_in(LONGEST_NAME, **THREE))
    assert max(len(one["metadata"]["name"]) for one in objects) <= LONGEST
    assert len({key_of(one) for one in objects}) == len(objects)


def test_every_object_can_be_found_again_and_goes_with_its_platform() -> None:
    known = {(kind.api_version, kind.kind) for kind in OWNED_KINDS}
    for one in build(platform_in(**THREE)):
        assert (one["apiVersion"], one["kind"]) in known
        assert one["metadata"]["labels"].items() >= {**MANAGED_BY, "app.kubernetes.io/instance": "demo"}.items()
        assert one["metadata"]["ownerReferences"][0]["controller"] is True


def test_services_and_probes_name_what_is_there() -> None:
    objects = build(platform_in(**THREE))
    files = {one["metadata"]["name"]: one["data"].keys() for one in objects if one["kind"] == "ConfigMap"}
    for one in of_kind(objects, "StatefulSet").values():
        [container] = one["spec"]["template"]["spec"]["containers"]
        ports = {port["name"] for port in container["ports"]}
        services = [it for it in of_kind(objects, "Service").values() if it["spec"]["selector"] == selector(one)]
        assert one["spec"]["serviceName"] in {service["metadata"]["name"] for service in services}
        assert {port["targetPort"] for service in services for port in service["spec"]["ports"]} == ports
        named = [word for word in str(one).replace("'", " ").split() if word.startswith(f"{CONFIGURATION}/")]
        assert {word.removeprefix(f"{CONFIGURATION}/").rstrip(",]") for word in named} <= files[one["metadata"]["name"]]


def selector(of: Object) -> dict[str, str]:
    labels: dict[str, str] = of["spec"]["selector"]["matchLabels"]
    return labels


@pytest.mark.parametrize(("policy", "deleted"), [("Retain", "Retain"), ("Delete", "Delete")])
def test_volumes_outlive_the_platform_unless_they_are_not_to(policy: str, deleted: str) -> None:
    for one in stateful_sets(platform_in(deletionPolicy=policy, **THREE)).values():
        kept = one["spec"]["persistentVolumeClaimRetentionPolicy"]
        assert kept == {"whenDeleted": deleted, "whenScaled": "Retain"}


@pytest.mark.parametrize("server", ["postgres", "redis", "kafka"])
def test_a_password_that_changed_replaces_the_pods_of_its_server_alone(server: str) -> None:
    platform = platform_in(**THREE)
    context = context_for(platform)
    secret = {**context.secrets[f"demo-{server}"], "password": "changed"}
    changed = replace(context, secrets={**context.secrets, f"demo-{server}": secret})
    before, after = digests(platform, context), digests(platform, changed)
    assert {name for name in before if before[name] != after[name]} == {server}


def test_a_setting_that_changed_replaces_the_pods_of_its_server_alone() -> None:
    larger = {"builtin": {"storage": {"size": "11Gi"}}}
    before, after = digests(platform_in(**THREE)), digests(platform_in(postgres=larger, **THREE))
    assert {name for name in before if before[name] != after[name]} == {"postgres"}


def test_a_server_is_not_built_without_its_secret() -> None:
    platform = platform_in()
    with pytest.raises(SecretMissingError, match="demo-postgres"):
        build(platform, replace(context_for(platform), secrets={}))


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_scripts_are_what_a_shell_can_read(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    for configuration in of_kind(build(platform_in(**THREE)), "ConfigMap").values():
        for name, text in configuration["data"].items():
            if name.endswith(".sh"):
                subprocess.run([program, "-n"], input=text.encode(), check=True)
