from typing import Any

from telemetry_operator.resources.ingress import build_ingress
from tests.unit.resources.given import context_for, platform_in


def ingress(**wanted: Any) -> Any:  # noqa: ANN401 - an object's spec
    platform = platform_in(ingress=wanted)
    return build_ingress(platform, context_for(platform))[0]["spec"]


def test_nobody_is_let_in_unasked() -> None:
    assert build_ingress(platform_in(), context_for(platform_in())) == ()


def test_one_api_may_stay_inside() -> None:
    assert [rule["host"] for rule in ingress(producerHost="in.example.org")["rules"]] == ["in.example.org"]


def test_a_certificate_covers_the_hosts_that_there_are() -> None:
    wanted = ingress(analyticsHost="ask.example.org", tlsSecretName="hosts")
    assert wanted["tls"] == [{"hosts": ["ask.example.org"], "secretName": "hosts"}]
