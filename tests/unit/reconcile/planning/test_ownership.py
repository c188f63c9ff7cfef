"""Which field manager has which field, read from objects as the API server writes them."""

from telemetry_operator.reconcile.planning.ownership import REPLICAS, other_owner, owns
from telemetry_operator.resources.objects import Object

SCALED: Object = {"f:spec": {"f:replicas": {}}}
PORTS: Object = {"f:spec": {"f:ports": {'k:{"port":8080,"protocol":"TCP"}': {".": {}, "f:targetPort": {}}}}}


def live(*entries: Object) -> Object:
    return {"metadata": {"managedFields": list(entries)}}


def entry(manager: str, fields: Object, operation: str = "Apply", **more: str) -> Object:
    return {"manager": manager, "operation": operation, "fieldsV1": fields, **more}


def test_only_what_was_applied_is_owned() -> None:
    assert owns(live(entry("telemetry-operator", SCALED)), "telemetry-operator", REPLICAS)
    assert not owns(live(entry("telemetry-operator", SCALED, "Update")), "telemetry-operator", REPLICAS)
    assert not owns(live(entry("telemetry-operator", PORTS)), "telemetry-operator", REPLICAS)


def test_an_item_of_a_list_is_found_by_its_keys() -> None:
    path = ("spec", "ports", (("port", 8080), ("protocol", "TCP")), "targetPort")
    others = live(entry("old", SCALED, time="2026-01-02"), entry("kubectl-edit", PORTS, "Update", time="2026-01-01"))
    assert other_owner(others, path) == "kubectl-edit"


def test_a_field_that_is_gone_is_put_down_to_whoever_wrote_last() -> None:
    entries = [
        entry("kubectl-patch", {}, "Update", time="2026-01-02T00:00:00Z"),
        entry("kubectl-edit", {}, "Update", time="2026-01-01T00:00:00Z"),
        entry("kube-controller-manager", {}, "Update", time="2026-01-03T00:00:00Z", subresource="status"),
        entry("telemetry-operator-replicas", SCALED, time="2026-01-04T00:00:00Z"),
    ]
    assert other_owner(live(*entries), REPLICAS) == "kubectl-patch"


def test_an_object_that_nobody_else_wrote_has_no_other_owner() -> None:
    assert other_owner({"metadata": {}}, REPLICAS) is None
