import hashlib
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest

from telemetry_loadtest.collector.config import decode_config
from telemetry_loadtest.credentials import Credentials, decode_credentials
from telemetry_loadtest.plan import PieceOfRate, PlannedStage, decode_plan
from telemetry_operator.resources.benchmark import build_run, control_url, target_in_cluster
from telemetry_operator.resources.benchmark_context import (
    COLLECTOR_KEY,
    CONTROL_KEY,
    CREDENTIALS_KEY,
    PLAN_KEY,
    SERVERS_KEY,
)
from telemetry_operator.resources.benchmark_inputs import TooLargeError, build_credentials
from telemetry_operator.resources.naming import LONGEST
from telemetry_operator.resources.objects import Object, key_of
from tests.unit.resources.given import LONGEST_NAME, of_kind, platform_in
from tests.unit.resources.given_benchmark import CREDENTIALS, build_benchmark, opened_for, run_for
from tests.unit.resources.restricted import violations

PLATFORM = platform_in()
RUN = run_for(PLATFORM)
OBSERVERS = hashlib.sha256(b"observer:secret").hexdigest()


def jobs(**changes: Any) -> dict[str, Object]:  # noqa: ANN401 - a plan's own
    return of_kind(build_run(run_for(PLATFORM, **changes)), "Job")


def policy(component: str, **changes: Any) -> Object:  # noqa: ANN401 - a run's own
    found: Object = of_kind(build_run(replace(RUN, **changes)), "NetworkPolicy")[f"evening-{component}"]["spec"]
    return found


def peers(policy: Object, direction: str, peer: str) -> set[tuple[str, int]]:
    """Our own pods at the other end, with the port."""
    return {
        (labels["app.kubernetes.io/component"], port["port"])
        for rule in policy.get(direction, [])
        for other in rule.get(peer, [])
        for port in rule["ports"]
        if "app.kubernetes.io/component" in (labels := other.get("podSelector", {}).get("matchLabels", {}))
    }


def test_every_pod_is_restricted() -> None:
    pods = {name: job["spec"]["template"]["spec"] for name, job in jobs().items()}
    assert {name: list(violations(pod)) for name, pod in pods.items()} == {name: [] for name in pods}


def test_every_pod_has_limits_that_a_quota_can_count() -> None:
    for job in jobs().values():
        for container in job["spec"]["template"]["spec"]["containers"]:
            assert container["resources"]["limits"].keys() == {"cpu", "memory"}


def test_equal_runs_are_equal_objects() -> None:
    assert build_run(RUN) == build_run(run_for(platform_in()))


def test_each_worker_has_an_index_of_its_own_and_none_is_tried_again() -> None:
    spec = jobs(workers=3)["evening-bench-worker"]["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 3, 3)
    assert spec["backoffLimitPerIndex"] == 0
    assert jobs()["evening-bench-master"]["spec"]["backoffLimit"] == 0


def test_a_longer_run_may_last_longer_and_its_result_is_kept_as_long() -> None:
    longer = [PlannedStage("even", [PieceOfRate(660, 1, 1)])]
    for name, job in jobs(stages=longer).items():
        assert job["spec"]["activeDeadlineSeconds"] - jobs()[name]["spec"]["activeDeadlineSeconds"] == 600
        assert "ttlSecondsAfterFinished" not in job["spec"]


def test_the_plan_is_in_the_config_map_and_holds_no_secret() -> None:
    config_map = of_kind(build_run(RUN), "ConfigMap")["evening-bench-plan"]
    assert decode_plan(config_map["data"][PLAN_KEY].encode()) == RUN.plan
    assert not any(secret in str(build_run(RUN)) for secret in (*CREDENTIALS.keys, CREDENTIALS.reader))


def test_the_platforms_secrets_are_in_none_of_its_pods() -> None:
    mounted = {
        volume["secret"]["secretName"]
        for job in jobs().values()
        for volume in job["spec"]["template"]["spec"]["volumes"]
        if "secret" in volume
    }
    assert mounted == {"evening-bench-credentials"}


def test_each_pod_reads_no_more_than_it_needs() -> None:
    read = {
        name: {item["key"] for volume in job["spec"]["template"]["spec"]["volumes"] if "secret" in volume
               for item in volume["secret"]["items"]}
        for name, job in jobs().items()
    }  # fmt: skip
    assert read == {
        "evening-bench-master": {CREDENTIALS_KEY, CONTROL_KEY},
        "evening-bench-worker": {CREDENTIALS_KEY},
        "evening-bench-collector": {SERVERS_KEY, COLLECTOR_KEY},
    }


def test_the_secret_has_what_the_run_needs() -> None:
    data = {key: b64decode(value) for key, value in build_credentials(RUN, opened_for(PLATFORM))["data"].items()}
    assert decode_credentials(data[CREDENTIALS_KEY]) == CREDENTIALS
    assert (data[CONTROL_KEY], data[COLLECTOR_KEY]) == (b"let me in", b"let me look")
    servers = decode_config(data[SERVERS_KEY])
    assert servers.postgres == f"postgresql://telemetry_observer:{OBSERVERS}@demo-postgres.plant.svc:5432/telemetry"
    assert (servers.redis, servers.kafka) == (None, None)


def test_what_does_not_fit_is_refused_with_a_way_out() -> None:
    trace = [PlannedStage("recorded", [PieceOfRate(1, 7, 7)] * 25_000)]
    with pytest.raises(TooLargeError, match=r"the plan would have .* fewer, longer intervals"):
        build_run(run_for(PLATFORM, stages=trace))
    with pytest.raises(TooLargeError, match="ask for fewer `devices`"):
        build_credentials(RUN, opened_for(PLATFORM, Credentials("r", ["g"], ["k1.0." + "x" * 43] * 20_000)))


def test_workers_reach_their_master_and_the_platforms_public_ports_and_nothing_else() -> None:
    load = {("producer", 8080), ("analytics", 8080)}
    assert peers(policy("bench-worker"), "egress", "to") == {("bench-master", 5557), *load}
    assert peers(policy("bench-master"), "egress", "to") == load
    assert all("to" in rule for name in ("bench-master", "bench-worker") for rule in policy(name)["egress"])


def test_nobody_reaches_a_worker_and_only_workers_and_the_operator_the_master() -> None:
    assert "ingress" not in policy("bench-worker")
    master = policy("bench-master")
    assert peers(master, "ingress", "from") == {("bench-worker", 5557)}
    operator = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "telemetry-system"}}}
    assert {"from": [operator], "ports": [{"port": 8080, "protocol": "TCP"}]} in master["ingress"]


def test_the_collector_alone_reaches_the_servers_and_the_operator_alone_the_collector() -> None:
    platform = platform_in(architecture="kafka")
    policies = of_kind(build_run(run_for(platform)), "NetworkPolicy")
    collector = policies["evening-bench-collector"]["spec"]
    assert peers(collector, "egress", "to") == {("postgres", 5432), ("redis", 6379)}
    assert collector["ingress"] == policy("bench-master")["ingress"][1:]
    assert "evening-bench-to-postgres" not in policies


def test_a_guarded_platform_lets_in_who_asks_how_it_is() -> None:
    platform = platform_in(architecture="kafka", networkPolicy={"enabled": True})
    policies = of_kind(build_run(run_for(platform)), "NetworkPolicy")
    operator = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "telemetry-system"}}}
    for program in ("producer", "analytics"):
        spec = policies[f"evening-bench-to-{program}"]["spec"]
        assert spec["ingress"] == [{"from": [operator], "ports": [{"port": 9090, "protocol": "TCP"}]}]
    for server, port in (("postgres", 5432), ("redis", 6379)):
        spec = policies[f"evening-bench-to-{server}"]["spec"]
        assert spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == server
        assert spec["policyTypes"] == ["Ingress"]
        assert peers(spec, "ingress", "from") == {("bench-collector", port)}


def test_an_operator_outside_of_the_cluster_reaches_the_control_port_too() -> None:
    assert {"ports": [{"port": 8080, "protocol": "TCP"}]} in policy("bench-master", operator_namespace=None)["ingress"]


def test_no_label_makes_a_run_part_of_a_platform_of_its_name() -> None:
    assert "app.kubernetes.io/instance" not in str([one["metadata"]["labels"] for one in build_run(RUN)])
    pods = [job["spec"]["template"]["metadata"]["labels"] for job in jobs().values()]
    assert all("app.kubernetes.io/instance" not in labels for labels in pods)


def test_a_long_name_leaves_room_for_what_kubernetes_adds() -> None:
    objects = build_run(run_for(PLATFORM, LONGEST_NAME))
    assert all(len(one["metadata"]["name"]) <= LONGEST for one in objects)
    assert len({key_of(one) for one in objects}) == len(objects)


def test_workers_and_operator_find_the_master_by_its_service() -> None:
    assert control_url(RUN.benchmark) == "http://evening-bench-master.plant.svc:8080"
    command = jobs()["evening-bench-worker"]["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command[command.index("--master-host") + 1] == "evening-bench-master.plant.svc"


def test_a_platform_with_a_certificate_is_known_by_it_and_its_key_stays_away() -> None:
    platform = platform_in(tls={"secretName": "certificate"})
    assert target_in_cluster(platform).producer == "https://demo-producer.plant.svc:8080"
    volumes = [
        volume["secret"]
        for job in of_kind(build_benchmark(platform, None), "Job").values()  # type: ignore[arg-type]
        for volume in job["spec"]["template"]["spec"]["volumes"]
        if volume["name"] == "certificate"
    ]
    assert [one["items"] for one in volumes] == [[{"key": "tls.crt", "path": "tls.crt"}]] * 2
