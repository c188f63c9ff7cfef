"""Whether what we want is part of what is there: as the API server merges, and as a person reads it."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.reconcile.planning.differences import MERGE_KEYS, first_difference, merge_keys_of
from telemetry_operator.resources.objects import Object

TEXT = st.text("abc", min_size=1, max_size=3)
SCALARS = st.one_of(TEXT, st.integers(0, 5), st.booleans())
ITEMS = st.dictionaries(TEXT, SCALARS, max_size=3)


def keyed(field: str) -> st.SearchStrategy[list[Object]]:
    """Items of a list that is merged by one key."""
    (key,) = MERGE_KEYS[field]
    return st.lists(st.tuples(TEXT, ITEMS), unique_by=lambda pair: pair[0], max_size=4).map(
        lambda pairs: [{**item, key: name} for name, item in pairs]
    )


VALUES = st.recursive(SCALARS, lambda inner: st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)
SPECS = st.fixed_dictionaries(
    {"value": VALUES, "env": keyed("env"), "volumes": keyed("volumes"), "args": st.lists(TEXT, max_size=3)}
)


def merged(live: Any, wanted: Any, path: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - JSON
    """What the API server makes of the two."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return live | {name: merged(live.get(name), value, (*path, name)) for name, value in wanted.items()}
    keys = merge_keys_of(path)
    if keys and isinstance(wanted, list) and isinstance(live, list):
        there = {tuple(item.get(key) for key in keys): item for item in live}
        ours = {tuple(item.get(key) for key in keys): item for item in wanted}
        return [merged(there.get(name), ours.get(name, there.get(name)), path) for name in there | ours]
    return copy.deepcopy(wanted)


@given(SPECS, SPECS)
def test_after_applying_there_is_no_difference(wanted: Object, live: Object) -> None:
    assert first_difference({"spec": wanted}, merged({"spec": live}, {"spec": wanted})) is None


@given(SPECS, st.randoms(use_true_random=False))
def test_the_order_of_merged_lists_is_no_difference(wanted: Object, random: Any) -> None:  # noqa: ANN401 - Random
    live = copy.deepcopy(wanted)
    for field in ("env", "volumes"):
        random.shuffle(live[field])
    assert first_difference({"spec": wanted}, {"spec": live}) is None


@given(SPECS, SPECS)
def test_a_difference_is_one_that_applying_removes(wanted: Object, live: Object) -> None:
    difference = first_difference({"spec": wanted}, {"spec": live})
    assert difference is None or merged({"spec": live}, {"spec": wanted}) != {"spec": live}


POD = {"spec": {"containers": [{"name": "producer", "env": [{"name": "A", "value": "1"}], "ports": []}]}}


@pytest.mark.parametrize(
    ("wanted", "live", "told"),
    [
        ({"spec": {"replicas": 3}}, {"spec": {"replicas": 5}}, "spec.replicas: 3 wanted, 5 found"),
        ({"spec": {"replicas": 3}}, {"spec": {}}, "spec.replicas: 3 wanted, nothing found"),
        (
            POD,
            {"spec": {"containers": [{"name": "producer", "env": [{"name": "A", "value": "2"}]}]}},
            'spec.containers[producer].env[A].value: "1" wanted, "2" found',
        ),
        (
            {"metadata": {"labels": {"app.kubernetes.io/name": "a"}}},
            {"metadata": {"labels": {}}},
            'metadata.labels[app.kubernetes.io/name]: "a" wanted, nothing found',
        ),
        (
            {"data": {"postgresql.conf": "a = 1\nb = 2\nc = 3\n"}},
            {"data": {"postgresql.conf": "a = 1\nb = 9\nc = 3\n"}},
            'data[postgresql.conf]: "b = 2" wanted, "b = 9" found',
        ),
        ({"spec": {"args": ["a", "b"]}}, {"spec": {"args": ["a"]}}, "spec.args: 2 entries wanted, 1 found"),
        ({"spec": {"args": ["a", "b"]}}, {"spec": {"args": ["a", "c"]}}, 'spec.args[1]: "b" wanted, "c" found'),
    ],
)
def test_a_difference_is_told_as_a_path_and_both_values(wanted: Object, live: Object, told: str) -> None:
    assert str(first_difference(wanted, live)) == told


def test_nothing_of_a_secret_is_told_but_its_key() -> None:
    difference = first_difference(
        {"kind": "Secret", "data": {"password": "aHVudGVyMg=="}}, {"kind": "Secret", "data": {"password": "b2xk"}}
    )
    assert str(difference) == "data.password: another value wanted"


@pytest.mark.parametrize(("ours", "theirs"), [("1", "1000m"), ("512Mi", "536870912"), ("0.5", "500m"), (2, "2")])
def test_quantities_are_numbers(ours: Any, theirs: str) -> None:  # noqa: ANN401 - a number or its text
    assert first_difference({"requests": {"cpu": ours}}, {"requests": {"cpu": theirs}}) is None


@pytest.mark.parametrize(("ours", "theirs"), [("1", "2"), ("1", "1Ki"), ("1", "nonsense"), ("1", "0")])
def test_other_amounts_are_a_difference(ours: str, theirs: str) -> None:
    assert first_difference({"limits": {"memory": ours}}, {"limits": {"memory": theirs}}) is not None


def test_text_that_looks_like_a_quantity_is_text() -> None:
    assert first_difference({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "A", "value": "1000m"}]})


@pytest.mark.parametrize("empty", [{}, [], "", False, None])
def test_what_the_api_server_drops_is_not_wanted_again_and_again(empty: Any) -> None:  # noqa: ANN401 - JSON
    assert first_difference({"spec": {"thing": empty}}, {"spec": {}}) is None


def test_fields_that_others_set_are_nobodys_business() -> None:
    live = {"spec": {"containers": [{"name": "producer"}, {"name": "sidecar"}], "nodeName": "n1"}}
    assert first_difference({"spec": {"containers": [{"name": "producer"}]}}, live) is None


def test_a_rule_added_to_a_network_policy_is_a_difference() -> None:
    rule = {"ports": [{"port": 8080, "protocol": "TCP"}]}
    wanted = {"kind": "NetworkPolicy", "spec": {"ingress": [rule]}}
    live = {
        "kind": "NetworkPolicy",
        "spec": {"ingress": [{"ports": [*rule["ports"], {"port": 22, "protocol": "TCP"}]}]},
    }
    assert str(first_difference(wanted, live)) == "spec.ingress[0].ports: 1 entries wanted, 2 found"
