from typing import Any

from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.pods import build_pod_template, secret_volume, variable
from telemetry_operator.specs.pods import PodTemplate
from tests.unit.resources.given import platform_in


def template(**pod: Any) -> Object:  # noqa: ANN401 - a manifest's fields
    shape = PodTemplate.model_validate(pod)
    return build_pod_template(
        platform_in("telemetry"),
        "producer",
        shape,
        user=10001,
        grace_seconds=1,
        containers=[],
        annotations={"telemetry.dev/connections": "digest"},
    )


def test_labels_that_selectors_stand_on_cannot_be_replaced() -> None:
    labels = template(labels={"app.kubernetes.io/component": "mine", "team": "plant"})["metadata"]["labels"]
    assert labels.items() >= {"app.kubernetes.io/component": "producer", "team": "plant"}.items()


def test_annotations_of_ours_cannot_be_replaced() -> None:
    metadata = template(annotations={"telemetry.dev/connections": "mine", "note": "seen"})["metadata"]
    assert metadata["annotations"] == {"telemetry.dev/connections": "digest", "note": "seen"}


def test_services_of_a_platform_called_telemetry_add_no_settings() -> None:
    assert template()["spec"]["enableServiceLinks"] is False


def test_tolerations_have_only_what_was_said() -> None:
    assert template(tolerations=[{"operator": "Exists"}])["spec"]["tolerations"] == [{"operator": "Exists"}]


def test_what_nobody_asked_for_is_left_out() -> None:
    placement = {"nodeSelector", "tolerations", "affinity", "imagePullSecrets", "priorityClassName"}
    assert not template()["spec"].keys() & placement


def test_a_pods_class_is_the_owners() -> None:
    assert template(priorityClassName="high")["spec"]["priorityClassName"] == "high"


def test_a_variable_without_a_value_has_only_a_name() -> None:
    assert variable("EMPTY", "") == {"name": "EMPTY"}


def test_only_the_keys_that_are_asked_for_are_mounted() -> None:
    volume = secret_volume("ca", "authority", "root.pem")
    assert volume["secret"]["items"] == [{"key": "root.pem", "path": "root.pem"}]


def test_an_affinity_is_what_the_api_server_keeps_of_it() -> None:
    term = {"labelSelector": {}, "topologyKey": "zone", "namespaces": []}
    affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    kept = template(affinity=affinity)["spec"]["affinity"]["podAffinity"]
    assert kept == {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {}, "topologyKey": "zone"}]}
