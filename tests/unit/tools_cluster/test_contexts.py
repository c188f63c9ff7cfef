"""Whose cluster the tests may work in."""

from typing import Any

import pytest
from tools.cluster.contexts import Context, StrangeClusterError, confirm


def _view(name: str, server: str) -> dict[str, Any]:
    return {"current-context": name, "clusters": [{"name": "any", "cluster": {"server": server}}]}


def test_our_cluster_is_routed() -> None:
    assert confirm(_view("telemetry", "https://198.18.255.2:6443")) == Context(
        "telemetry", routed=True, node="198.18.255.2"
    )


def test_the_kind_cluster_of_make_kind_is_reached_by_forwarding() -> None:
    assert confirm(_view("kind-telemetry", "https://127.0.0.1:40123")) == Context(
        "kind-telemetry", routed=False, node="127.0.0.1"
    )


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("production", "https://198.18.255.2:6443"),
        ("telemetry", "https://k8s.example.org:6443"),
        ("telemetry", "https://198.18.255.3:6443"),
        ("kind-telemetry", "https://203.0.113.7:6443"),
        ("kind-other", "https://127.0.0.1:40123"),
        ("telemetry", "nonsense"),
    ],
)
def test_any_other_cluster_is_strange(name: str, server: str) -> None:
    with pytest.raises(StrangeClusterError, match=f"'{name}' at {server}"):
        confirm(_view(name, server))


def test_without_a_context_it_says_what_is_needed() -> None:
    with pytest.raises(StrangeClusterError, match="no current context; needed is 'kind-telemetry'"):
        confirm({})
