"""When an object is written, and which reason is given."""

import copy

from telemetry_operator.reconcile.plan import Cause
from telemetry_operator.reconcile.planning.stamps import (
    APPLIED,
    TEMPLATE,
    mark_of_pod,
    needs_apply,
    stamp,
    without_mark,
)
from telemetry_operator.resources.objects import Object


def deployment(image: str = "services:1", replicas: int = 1, **annotations: str) -> Object:
    template = {
        "metadata": {"annotations": {f"telemetry.dev/{name}": value for name, value in annotations.items()}},
        "spec": {"containers": [{"name": "producer", "image": image}]},
    }
    return {"kind": "Deployment", "metadata": {"name": "p"}, "spec": {"replicas": replicas, "template": template}}


def test_what_stands_as_applied_is_left_alone() -> None:
    assert needs_apply(stamp(deployment()), stamp(deployment())) is None


def test_a_changed_template_replaces_pods_and_says_why() -> None:
    verdict = needs_apply(stamp(deployment("services:2")), stamp(deployment()))
    assert verdict is not None
    assert (verdict.cause, verdict.rolls) == (Cause.CHANGED, True)
    assert verdict.why == 'spec.template.spec.containers[producer].image: "services:2" wanted, "services:1" found'


def test_a_digest_is_the_reason_only_where_nothing_else_differs() -> None:
    live = stamp(deployment(connections="a"))
    both = needs_apply(stamp(deployment("services:2", connections="b")), live)
    alone = needs_apply(stamp(deployment(connections="b")), live)
    assert both is not None
    assert "image" in both.why
    assert alone is not None
    assert alone.why == 'spec.template.metadata.annotations[telemetry.dev/connections]: "b" wanted, "a" found'


def test_a_changed_count_replaces_no_pod() -> None:
    verdict = needs_apply(stamp(deployment(replicas=2)), stamp(deployment()))
    assert verdict is not None
    assert not verdict.rolls


def test_a_field_that_is_no_longer_wanted_is_taken_back() -> None:
    wanted = deployment()
    del wanted["spec"]["replicas"]
    verdict = needs_apply(stamp(wanted), stamp(deployment()))
    assert verdict is not None
    assert verdict.why == "a field that was applied before is no longer wanted"


def test_a_change_by_hand_is_drift_by_its_author() -> None:
    live = copy.deepcopy(stamp(deployment()))
    live["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1"
    image: Object = {"f:containers": {'k:{"name":"producer"}': {"f:image": {}}}}
    live["metadata"]["managedFields"] = [
        {"manager": "telemetry-operator", "operation": "Apply", "fieldsV1": {}},
        {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {"f:template": {"f:spec": image}}}},
        {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "time": "2027"},
    ]
    verdict = needs_apply(stamp(deployment()), live)
    assert verdict is not None
    assert (verdict.cause, verdict.by, verdict.rolls) == (Cause.DRIFTED, "kubectl-edit", True)


def test_pods_of_one_template_have_one_mark_whatever_else_changes() -> None:
    one, other = (stamp(deployment(replicas=count))["spec"]["template"] for count in (1, 2))
    assert mark_of_pod(one) == mark_of_pod(other)
    assert mark_of_pod(one) != mark_of_pod(stamp(deployment("services:2"))["spec"]["template"])


def test_a_mark_is_taken_off_without_a_trace() -> None:
    built = {"kind": "Secret", "metadata": {"name": "s"}, "data": {}}
    assert without_mark(stamp(built)) == built
    assert APPLIED in stamp(built)["metadata"]["annotations"]
    assert TEMPLATE not in stamp(built)["metadata"]["annotations"]
