"""Who says how many replicas there are, both ways, and in the middle."""

from telemetry_operator.reconcile.planning.transition import store_of
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.stage import Stage

REPLICAS = ("spec", "replicas")


def spec_of(scaling: str, replicas: int = 2, **more: Object) -> Object:
    return {"scaling": scaling, "producer": {"replicas": replicas, "autoscaling": {"maxReplicas": 9}}, **more}


def count_of(stage: Stage) -> int:
    count: int = stage.live("Deployment", "producer")["spec"]["replicas"]
    return count


def scale(stage: Stage, count: int) -> None:
    stage.cluster.change("Deployment", "demo-producer", REPLICAS, count, manager="kube-controller-manager")


async def test_an_autoscaled_program_starts_with_the_count_of_the_spec() -> None:
    stage = Stage(spec_of("hpa", 3))
    await stage.settle()
    assert count_of(stage) == 3


async def test_the_count_of_an_autoscaler_survives_visits() -> None:
    stage = Stage(spec_of("hpa"))
    await stage.settle()
    scale(stage, 7)
    stage.cluster.writes.clear()
    await stage.visits(3)
    assert (count_of(stage), stage.cluster.writes) == (7, [])


async def test_a_count_is_handed_over_without_a_jump_at_any_visit() -> None:
    stage = Stage(spec_of("fixed", 5))
    await stage.settle()
    stage.put(spec_of("hpa", 5))
    for _ in range(6):
        await stage.visit()
        assert count_of(stage) == 5
    assert "demo-producer" in {name for kind, name in stage.cluster.objects if kind == "HorizontalPodAutoscaler"}


async def test_an_autoscalers_count_is_taken_over_first_and_the_specs_comes_after_it_is_gone() -> None:
    stage = Stage(spec_of("hpa"))
    await stage.settle()
    scale(stage, 7)
    stage.put(spec_of("fixed"))
    counts = []
    while "producer" in stage.names("HorizontalPodAutoscaler"):
        counts.append(count_of(stage))
        await stage.visit()
    assert set(counts) == {7}
    await stage.settle()
    assert count_of(stage) == 2


async def test_a_program_that_was_stopped_starts_again_under_an_autoscaler() -> None:
    stage = Stage(spec_of("hpa", 0))
    await stage.settle()
    stage.put(spec_of("hpa", 2))
    await stage.settle()
    assert count_of(stage) == 2


async def test_stopping_an_autoscaled_program_needs_no_detour() -> None:
    stage = Stage(spec_of("hpa"))
    await stage.settle()
    scale(stage, 7)
    stage.put(spec_of("hpa", 0))
    await stage.settle()
    assert count_of(stage) == 0


async def test_a_consumer_that_keeps_all_history_is_never_several() -> None:
    several = {"architecture": "kafka", "consumer": {"replicas": 3}}
    stage = Stage(several)
    await stage.settle()
    assert stage.live("Deployment", "consumer")["spec"]["replicas"] == 3
    stage.put({"architecture": "stream-memory"})
    while store_of(stage.live("Deployment", "consumer")) != "memory":
        await stage.visit()
    assert stage.live("Deployment", "consumer")["spec"]["replicas"] == 1
