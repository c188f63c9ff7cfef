"""Lines from what the API server tells of pods and autoscalers."""

from typing import Any, Final

from telemetry_loadtest.collector.lines import Happened, Line, Missed, Readied, Sampled, Scaled, series_of
from telemetry_operator.reconcile.runs.sampling import NO_FIGURE, NO_THROTTLING, Seen, lines_of
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.runs.given import NOW, START

BEGIN: Final = NOW / 1e6
LATER: Final = "2026-01-01T00:00:09Z"


def pod(name: str = "demo-producer-1", phase: str = "Running", **container: Any) -> Object:  # noqa: ANN401
    labels = {"app.kubernetes.io/component": "producer"}
    status = {"phase": phase, "containerStatuses": [{"name": "producer", **container}]}
    return {"metadata": {"name": name, "labels": labels, "creationTimestamp": START}, "status": status}


def used(cpu: str, memory: str, *, name: str = "demo-producer-1", at: str = LATER) -> Object:
    containers = [{"name": "producer", "usage": {"cpu": cpu, "memory": memory}}]
    return {"metadata": {"name": name}, "timestamp": at, "window": "15.2s", "containers": containers}


def autoscaler(now: int | None, desired: int = 2, scaled: str | None = LATER) -> Object:
    metrics = [] if now is None else [{"type": "Resource", "resource": {"current": {"averageUtilization": now}}}]
    target = {"target": {"type": "Utilization", "averageUtilization": 60}}
    return {
        "metadata": {"name": "demo-producer", "labels": {"app.kubernetes.io/component": "producer"}},
        "spec": {"metrics": [{"type": "Resource", "resource": target}]},
        "status": {
            "currentReplicas": 1, "desiredReplicas": desired, "lastScaleTime": scaled, "currentMetrics": metrics,
        },
    }  # fmt: skip


def looked(**changes: Any) -> list[Line]:  # noqa: ANN401
    return lines_of(Seen(**{"pods": [pod()], "usage": [used("250m", "64Mi")], **changes}), NOW)


def points(lines: list[Line]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    return {(one.source, one.measure): one.points for one in series_of(lines, BEGIN) if one.points}


def missed(lines: list[Line]) -> dict[tuple[str, str], str]:
    return {(one.source, one.measure): one.reason for one in lines if isinstance(one, Missed)}


def test_use_stands_at_the_moment_that_its_source_tells() -> None:
    found = points(looked())
    assert found["demo-producer-1", "cpu"] == [(9.0, 0.25)]
    assert found["demo-producer-1", "memory"] == [(9.0, 64.0 * 2**20)]


def test_the_same_figures_seen_twice_are_one_point() -> None:
    assert points([*looked(), *looked()])["demo-producer-1", "cpu"] == [(9.0, 0.25)]


def test_amounts_are_read_in_every_unit_that_a_metrics_server_writes() -> None:
    for text, cores in (("123456789n", 0.1235), ("1500u", 0.0015), ("250m", 0.25), ("2", 2.0), ("0", 0.0)):
        assert points(looked(usage=[used(text, "0")]))["demo-producer-1", "cpu"] == [(9.0, cores)]


def test_what_kubelets_alone_know_is_unavailable() -> None:
    assert missed(looked()) == {("pods", "throttled"): NO_THROTTLING}


def test_a_cluster_without_a_metrics_api_is_told_of_once() -> None:
    found = missed(looked(usage=None, why="there is none"))
    assert found == {("pods", "cpu"): "there is none", ("pods", "memory"): "there is none"} | missed(looked())


def test_a_pod_of_which_nothing_is_told_hides_its_use_until_something_is() -> None:
    lines = looked(pods=[pod(), pod("demo-producer-2")])
    assert missed(lines).items() >= {
        (("demo-producer-2", "cpu"), NO_FIGURE),
        (("demo-producer-2", "memory"), NO_FIGURE),
    }
    later = looked(pods=[pod("demo-producer-2")], usage=[used("1", "1Mi", name="demo-producer-2")])
    assert all(one.unavailable is None for one in series_of([*lines, *later], BEGIN) if one.measure == "cpu")


def test_pods_that_have_ended_or_not_begun_use_nothing() -> None:
    ended = looked(pods=[pod(phase="Succeeded"), pod("waits", phase="Pending")], usage=[])
    assert missed(ended) == {("pods", "throttled"): NO_THROTTLING}
    assert points(ended) == {}


def test_a_restart_is_counted_and_told_with_its_moment_and_cause() -> None:
    lines = looked(
        pods=[
            pod(
                restartCount=1,
                state={"running": {"startedAt": LATER}},
                lastState={"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            )
        ]
    )
    assert points(lines)["demo-producer-1", "restarts"] == [(0.0, 1.0)]
    assert Happened(BEGIN + 9, "demo-producer-1 was started anew after OOMKilled") in lines


def test_a_pod_is_ready_by_its_own_times() -> None:
    given = pod()
    given["status"]["conditions"] = [{"type": "Ready", "status": "True", "lastTransitionTime": LATER}]
    assert Readied("producer", "demo-producer-1", BEGIN, BEGIN + 9) in looked(pods=[given])
    assert not [one for one in looked() if isinstance(one, Readied)]


def test_an_autoscaler_tells_what_it_has_wants_and_aims_at() -> None:
    lines = looked(autoscalers=[autoscaler(90)])
    found = points(lines)
    assert found["producer autoscaler", "current"] == [(0.0, 1.0)]
    assert found["producer autoscaler", "desired"] == [(0.0, 2.0)]
    assert found["producer autoscaler", "cpu-of-target"] == [(0.0, 1.5)]
    assert Scaled("producer", BEGIN + 9, 2) in lines


def test_an_autoscaler_that_knows_nothing_yet_tells_no_share() -> None:
    lines = looked(autoscalers=[autoscaler(None, 1, None)])
    assert ("producer autoscaler", "cpu-of-target") not in points(lines)
    assert not [one for one in lines if isinstance(one, Scaled)]


def test_only_lines_are_told() -> None:
    assert all(isinstance(one, Sampled | Missed) for one in looked())
