from typing import Any

from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.prepare import build_prepare
from tests.unit.resources.given import context_for, platform_in


def job(**spec: Any) -> Object:  # noqa: ANN401 - a manifest's fields
    platform = platform_in(**{"architecture": "kafka", **spec})
    return build_prepare(platform, context_for(platform))


def name(**spec: Any) -> str:  # noqa: ANN401 - a manifest's fields
    return str(job(**spec)["metadata"]["name"])


def test_another_image_or_topic_is_another_job() -> None:
    assert len({name(), name(images={"services": "next:2"}), name(kafka={"topic": {"retention": "3d"}})}) == 3


def test_what_does_not_concern_it_keeps_the_job() -> None:
    assert name() == name(analytics={"replicas": 3}, producer={"replicas": 2}, cache={"ttl": "2s"})


def test_a_server_that_is_away_is_waited_for_without_end() -> None:
    spec = job()["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "OnFailure"
    assert spec["backoffLimit"] > 10**9
    assert not spec.keys() & {"activeDeadlineSeconds", "ttlSecondsAfterFinished"}


def test_it_is_placed_and_sized_like_the_producer() -> None:
    pod = {"imagePullSecrets": [{"name": "registry"}], "nodeSelector": {"disk": "fast"}}
    spec = job(producer={"pod": pod, "resources": {"limits": {"cpu": "1"}}})["spec"]["template"]["spec"]
    assert spec.items() >= pod.items()
    assert spec["containers"][0]["resources"] == {"limits": {"cpu": "1"}}
