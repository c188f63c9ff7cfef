from decimal import Decimal
from typing import Any

from telemetry_operator.comparisons.limits import Limits, differ, limits_of
from tests.support.manifests import platform_of

BOTH = {"resources": {"limits": {"cpu": "500m", "memory": "256Mi"}}}
LIMITED = {"producer": BOTH, "analytics": BOTH, "postgres": {"builtin": BOTH}}


def limits(**spec: Any) -> Limits:  # noqa: ANN401 - parts of a manifest
    return limits_of(platform_of(**spec).spec)


def test_the_servers_count_too() -> None:
    assert str(limits(**LIMITED)) == "1500m CPU, 768Mi"


def test_a_quota_has_the_sums_as_the_api_server_gives_them_back() -> None:
    assert limits(**LIMITED).hard == {"limits.cpu": "1500m", "limits.memory": "768Mi"}
    whole = {"resources": {"limits": {"cpu": "0.5", "memory": "512Mi"}}}
    both = {"producer": whole, "analytics": whole, "postgres": {"builtin": {"resources": {"limits": {"cpu": 1}}}}}
    assert limits(**both).hard == {"limits.cpu": "2", "limits.memory": "2Gi"}


def test_amounts_that_are_no_whole_mebibytes_are_bytes() -> None:
    assert Limits(cpu=Decimal(1), memory=Decimal(1000)).hard == {"limits.cpu": "1", "limits.memory": "1k"}


def test_an_autoscaled_component_counts_at_its_most_replicas() -> None:
    producer = {**BOTH, "autoscaling": {"maxReplicas": 4}}
    analytics = {**BOTH, "autoscaling": {"maxReplicas": 2}}
    assert (
        str(limits(**{**LIMITED, "scaling": "hpa", "producer": producer, "analytics": analytics}))
        == "3500m CPU, 1792Mi"
    )


def test_a_pod_without_a_limit_makes_the_sum_unknown() -> None:
    assert str(limits()).startswith("no limit of CPU, ")
    assert differ({"a": limits(), "b": limits()})


def test_variants_differ_where_their_sums_do() -> None:
    equal = limits(**LIMITED)
    assert not differ({"a": equal, "b": limits(**LIMITED)})
    assert differ({"a": equal, "b": limits(**{**LIMITED, "producer": {**BOTH, "replicas": 2}})})
