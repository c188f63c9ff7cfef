import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.architecture import Architecture, Reads, Scaling, Store, Writes
from telemetry_operator.reconcile.plan import Refusal, Step, Visit, Wait
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.proof import Proof
from telemetry_operator.reconcile.reporting.standing import standing_of
from telemetry_operator.reconcile.reporting.status import (
    architecture_in_words,
    build_status,
    dump_status,
    is_changed,
    time_of,
)
from telemetry_operator.resources.objects import Object, key_of
from telemetry_operator.specs.status import PlatformStatus
from tests.unit.reconcile.pieces import with_pieces_missing
from tests.unit.reconcile.visits import GENERATION, NOW, after, proof_of, visit_of, workload

SCALED = {"producer": (1, 2), "analytics": (1, 1), "postgres": (1, 1)}


def build(
    visit: Visit, previous: PlatformStatus | None = None, proof: Proof | None = None, now: int = NOW
) -> PlatformStatus:
    before = previous or PlatformStatus()
    return build_status(standing_of(visit, before, proof, now), visit.plan, before, proof, now)


def test_a_status_says_what_a_person_looks_for() -> None:
    said = dump_status(build(visit_of(ready=SCALED), proof=proof_of()))
    assert {name: said[name] for name in said if name not in {"conditions", "components"}} == {
        "observedGeneration": GENERATION,
        "architecture": "baseline",
        "choices": {"writes": "direct", "store": "postgres", "reads": "direct", "scaling": "fixed"},
        "ingest": "1/2",
        "endpoints": {
            "producer": "http://demo-producer.farm.svc:8080",
            "analytics": "http://demo-analytics.farm.svc:8080",
        },
        "keysSecretName": "demo-keys",
        "probe": {
            "lastSuccessTime": "2026-11-22T18:49:00Z",
            "visibleSeconds": 0.25,
            "observedGeneration": GENERATION,
        },
        "firstAvailableTime": "2026-11-22T18:49:00Z",
    }


def test_components_are_told_in_the_order_in_which_data_passes_them() -> None:
    said = dump_status(build(visit_of(ready=SCALED)))
    assert said["components"][0] == {"name": "producer", "desired": 2, "ready": 1, "updated": 2, "image": "producer:1"}
    assert [one["name"] for one in said["components"]] == ["producer", "analytics", "postgres"]


def test_components_that_are_yet_to_come_and_those_that_still_stand_are_told() -> None:
    said = build(visit_of({"architecture": "kafka"}, ready={"postgres": (1, 1)}))
    assert [(one.name, one.ready) for one in said.components] == [
        ("producer", 0),
        ("consumer", 0),
        ("analytics", 0),
        ("postgres", 1),
        ("redis", 0),
        ("kafka", 0),
    ]
    leaving = build(visit_of(ready={**SCALED, "kafka": (1, 1)}))
    assert leaving.components[-1].name == "kafka"


def test_the_step_and_the_reason_are_told_while_something_is_done() -> None:
    waiting = Wait(step=Step.SERVERS, reason=Reason.STARTING_SERVERS, message="postgres: 0 of 1 pods are ready")
    said = build(visit_of(ready={}, waits=(waiting,)))
    assert (said.step, said.reason) == ("postgres: 0 of 1 pods are ready", "StartingServers")
    rest = build(visit_of(), proof=proof_of())
    assert (rest.step, rest.reason) == (None, None)


def test_urls_speak_https_where_the_platform_does() -> None:
    said = build(visit_of({"tls": {"secretName": "cert"}}))
    assert said.endpoints
    assert said.endpoints.producer == "https://demo-producer.farm.svc:8080"


@pytest.mark.parametrize(
    ("ingress", "told"),
    [
        (
            {"producerHost": "in.example", "analyticsHost": "out.example"},
            {"producer": "http://in.example", "analytics": "http://out.example"},
        ),
        ({"producerHost": "in.example", "tlsSecretName": "cert"}, {"producer": "https://in.example"}),
    ],
)
def test_hosts_of_an_ingress_are_told_beside_the_services(ingress: Object, told: Object) -> None:
    endpoints = dump_status(build(visit_of({"ingress": ingress})))["endpoints"]
    assert endpoints["outside"] == told
    assert endpoints["producer"] == "http://demo-producer.farm.svc:8080"


def test_choices_that_no_preset_makes_are_told_one_by_one() -> None:
    choices = Architecture(Writes.KAFKA, Store.MEMORY, Reads.REDIS, Scaling.HPA)
    assert architecture_in_words(choices) == "kafka/memory/redis/hpa"


def test_a_platform_was_first_available_once() -> None:
    first = build(visit_of(), proof=proof_of())
    second = build(visit_of(generation=4), first, proof_of(generation=4, at=after(60)), now=after(60))
    assert second.first_available_time == first.first_available_time == time_of(NOW)


def test_a_failed_reading_leaves_the_last_good_one_standing() -> None:
    first = build(visit_of(), proof=proof_of())
    assert build(visit_of(), first, proof_of(fault="no answer")).probe == first.probe


def test_of_a_refused_manifest_the_one_before_is_told_on() -> None:
    first = build(visit_of(), proof=proof_of())
    refused = Refusal(reason=Reason.INVALID_SPEC, message="spec.producer: no\nspec.cache: no")
    second = build(visit_of(generation=4, platform=None, refusal=refused), first)
    assert (second.endpoints, second.architecture, second.observed_generation) == (first.endpoints, "baseline", 4)
    assert second.conditions[0].message == "spec.producer: no; spec.cache: no"


def test_times_alone_are_nothing_to_say() -> None:
    old = build(visit_of(), proof=proof_of())
    new = build(visit_of(), old, proof_of(seconds=0.5, at=after(300)), now=after(300))
    assert old != new
    assert not is_changed(dump_status(old), dump_status(new))


@pytest.mark.parametrize("field", ["observedGeneration", "ingest", "firstAvailableTime", "components", "conditions"])
def test_everything_else_is_something_to_say(field: str) -> None:
    old = dump_status(build(visit_of(), proof=proof_of()))
    new = copy.deepcopy(old)
    del new[field]
    assert is_changed(old, new)


@given(st.data())
def test_a_visit_of_which_pieces_are_missing_has_a_status_all_the_same(data: st.DataObject) -> None:
    visit = visit_of(ready=SCALED)
    live = {key: drop(data, one) for key, one in visit.observed.objects.items()}
    pods = tuple(drop(data, one) for one in visit.observed.pods)
    said = build(visit_of(observed={"objects": live, "pods": pods}))
    assert dump_status(said)["conditions"]


def drop(data: st.DataObject, given: Object) -> Object:
    dropped: Object = data.draw(with_pieces_missing(given))
    return dropped


def test_a_workload_without_a_status_has_no_ready_pods() -> None:
    bare = workload("producer", 1, 1)
    bare.pop("status")
    said = build(visit_of(observed={"objects": {key_of(bare): bare}}))
    assert said.ingest == "0/1"
