"""What is made once: when it is made, when it was lost, and whose it is."""

import pytest

from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.stage import Stage

DATABASE = {"address": "db:5432", "credentials": {"secretName": "db"}}
EXTERNAL = {"architecture": "baseline", "postgres": {"provider": "external", "external": DATABASE}}


def owners_of(stage: Stage, suffix: str) -> list[str]:
    return [one["kind"] for one in stage.live("Secret", suffix)["metadata"].get("ownerReferences") or ()]


@pytest.mark.parametrize("suffix", ["keys", "postgres"])
async def test_a_secret_that_something_depends_on_is_never_made_anew(suffix: str) -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.remove("Secret", f"demo-{suffix}")
    visit = await stage.visit()
    assert not visit.done
    assert [(wait.reason, wait.stuck) for wait in visit.plan.waits] == [(Reason.SECRET_MISSING, True)]
    assert f"Secret demo-{suffix} is gone" in visit.plan.waits[0].message


async def test_a_platform_that_comes_back_to_its_volumes_makes_no_new_keys() -> None:
    stage = Stage()
    await stage.settle()
    claims = {key: live for key, live in stage.cluster.objects.items() if key[0] == "PersistentVolumeClaim"}
    stage.cluster.objects = {}
    stage.put({})
    stage.cluster.objects |= claims
    visit = await stage.visit()
    assert not visit.done
    assert {wait.reason for wait in visit.plan.waits} == {Reason.SECRET_MISSING, Reason.REVOCATIONS_MISSING}


async def test_a_server_that_is_new_to_a_running_platform_gets_its_password() -> None:
    stage = Stage({"architecture": "baseline"})
    await stage.settle()
    stage.put({"architecture": "kafka"})
    await stage.settle()
    assert {"kafka", "redis"} <= stage.names("Secret")


async def test_keys_of_their_own_are_made_for_a_platform_that_had_the_owners() -> None:
    stage = Stage({"auth": {"keysSecretName": "fleet"}})
    visit = await stage.visit()
    assert [wait.message for wait in visit.plan.waits if wait.stuck] == [
        "there is no Secret fleet, which the manifest names: create it in the platform's namespace"
    ]
    metadata = {"name": "fleet", "namespace": "farm"}
    await stage.cluster.create(
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"keys.json": "e30="}}
    )
    await stage.settle()
    assert "keys" not in stage.names("Secret")
    stage.put({})
    await stage.settle()
    assert "keys" in stage.names("Secret")


async def test_the_deletion_policy_decides_who_owns_secrets_and_their_data_stays() -> None:
    stage = Stage({"deletionPolicy": "Retain"})
    await stage.settle()
    data = stage.live("Secret", "postgres")["data"]
    assert owners_of(stage, "postgres") == []
    stage.put({"deletionPolicy": "Delete"})
    await stage.settle()
    assert owners_of(stage, "postgres") == ["TelemetryPlatform"]
    stage.put({"deletionPolicy": "Retain"})
    await stage.settle()
    assert owners_of(stage, "postgres") == []
    assert stage.live("Secret", "postgres")["data"] == data


async def test_a_config_map_that_the_spec_names_is_waited_for() -> None:
    stage = Stage({"auth": {"revocationsConfigMapName": "revoked"}})
    visit = await stage.visit()
    assert "there is no ConfigMap revoked" in visit.plan.waits[0].message


async def test_lost_revocations_are_not_made_anew_until_a_person_brings_them_back() -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.remove("ConfigMap", "demo-revocations")
    visit = await stage.visit()
    assert not visit.done
    assert [(wait.reason, wait.stuck) for wait in visit.plan.waits] == [(Reason.REVOCATIONS_MISSING, True)]
    # As a person makes it: without a label of ours.
    await stage.cluster.create(revocations("demo-revocations"))
    assert (await stage.visit()).plan.is_settled


async def test_revocations_are_made_for_a_platform_that_named_others_before() -> None:
    stage = Stage({"auth": {"revocationsConfigMapName": "revoked"}})
    await stage.cluster.create(revocations("revoked"))
    await stage.settle()
    stage.put({})
    await stage.settle()
    assert "revocations" in stage.names("ConfigMap")


async def test_what_a_platform_once_ran_with_is_lost_though_nothing_runs_any_more() -> None:
    stage = Stage(EXTERNAL)
    await stage.cluster.create(
        {**revocations("db"), "kind": "Secret", "data": {"username": "dQ==", "password": "cA=="}}
    )
    await stage.settle()
    stage.cluster.objects["TelemetryPlatform", "demo"]["status"] = {"firstAvailableTime": "2026-01-01T00:00:00Z"}
    for name in stage.names("Deployment"):
        stage.cluster.remove("Deployment", f"demo-{name}")
    stage.cluster.remove("ConfigMap", "demo-revocations")
    stage.cluster.remove("Secret", "demo-keys")
    waits = (await stage.visit()).plan.waits
    assert [wait.reason for wait in waits] == [Reason.SECRET_MISSING, Reason.REVOCATIONS_MISSING]


def revocations(name: str) -> Object:
    metadata = {"name": name, "namespace": "farm"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"revocations.json": "{}"}}
