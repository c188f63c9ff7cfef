from typing import Any

import pytest

from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.dangers import MEASURING_SECONDS, dangers_of
from telemetry_operator.resources.objects import Object, key_of
from tests.unit.reconcile.visits import NOW, after, visit_of

MEMORY = {"architecture": "stream-memory"}
CLAIM = {"metadata": {"name": "data-demo-postgres-0", "labels": {"app.kubernetes.io/component": "postgres"}}}
SINCE = "2026-11-22T18:49:00Z"


def reasons(spec: Object | None = None, now: int = NOW, **observed: Any) -> dict[Reason, str]:  # noqa: ANN401
    visit = visit_of(spec, observed=observed)
    return {said.reason: said.message for said in dangers_of(visit.plan.platform, visit.observed, now, ())}


def scaler(kind: str, status: str, reason: str) -> Object:
    condition = {"type": kind, "status": status, "reason": reason, "message": "no metrics", "lastTransitionTime": SINCE}
    labels = {"app.kubernetes.io/component": "producer"}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "demo-producer", "labels": labels},
        "status": {"conditions": [condition]},
    }


def test_single_pods_have_no_disruption_budget() -> None:
    assert "one pod each of producer, analytics, postgres" in reasons()[Reason.NO_DISRUPTION_BUDGET]
    pairs = {name: {"replicas": 2} for name in ("producer", "analytics")}
    database = {"address": "db:5432", "credentials": {"secretName": "db"}, "tls": {"enabled": True}}
    several = {**pairs, "postgres": {"provider": "external", "external": database}}
    assert reasons(several) == {}


def test_what_the_spec_risks_is_told_with_its_field() -> None:
    assert reasons({"deletionPolicy": "Delete"})[Reason.RISKY_SPEC].startswith("spec.deletionPolicy: ")


def test_history_that_memory_does_not_read_is_told() -> None:
    assert "data-demo-postgres-0" in reasons(MEMORY, claims=(CLAIM,))[Reason.HISTORY_UNREAD]
    assert Reason.HISTORY_UNREAD not in reasons(MEMORY)
    assert Reason.HISTORY_UNREAD not in reasons(claims=(CLAIM,))


def test_history_that_an_external_server_took_the_place_of_is_told() -> None:
    external = {"provider": "external", "external": {"address": "db:5432", "credentials": {"secretName": "db"}}}
    told = reasons({"postgres": external, "deletionPolicy": "Delete"}, claims=(CLAIM,))[Reason.HISTORY_UNREAD]
    assert told.startswith("spec.postgres.provider is external: the history in data-demo-postgres-0 is kept")
    assert told.endswith("it goes when the platform is deleted")


@pytest.mark.parametrize(
    ("kind", "status", "reason", "is_danger"),
    [
        ("ScalingActive", "False", "FailedGetResourceMetric", True),
        ("AbleToScale", "False", "FailedGetScale", True),
        ("ScalingActive", "False", "ScalingDisabled", False),
        ("ScalingActive", "True", "ValidMetricFound", False),
    ],
)
def test_an_autoscaler_that_does_nothing_is_told(kind: str, status: str, reason: str, *, is_danger: bool) -> None:
    one = scaler(kind, status, reason)
    found = reasons(now=after(MEASURING_SECONDS), objects={key_of(one): one})
    assert (Reason.AUTOSCALER_INACTIVE in found) is is_danger
    assert Reason.AUTOSCALER_INACTIVE not in reasons(now=after(MEASURING_SECONDS - 1), objects={key_of(one): one})


def test_a_fight_comes_first() -> None:
    visit = visit_of({"deletionPolicy": "Delete"})
    found = dangers_of(visit.plan.platform, visit.observed, NOW, ("Deployment x: again and again",))
    assert found[0] == (Reason.PERSISTENT_FIGHT, "Deployment x: again and again")
