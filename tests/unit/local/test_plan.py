from pathlib import Path

import pytest

from telemetry_contract.settings import Variable
from telemetry_operator.local.options import Options
from telemetry_operator.local.plan import Plan, build_plan, component_of, port_hosts
from telemetry_operator.local.state import State, open_state
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.local.platforms import platform


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return open_state("plant")


def plan(state: State, of: TelemetryPlatform, options: Options | None = None) -> Plan:
    options = options or Options()
    ports = {name: 20_000 + number for number, name in enumerate(port_hosts(of, options))}
    return build_plan(of, options, ports, state)


def test_the_servers_of_the_architecture_and_its_services_run(state: State) -> None:
    names = set(plan(state, platform("kafka")).programs)
    assert names == {"postgres", "redis", "kafka", "producer-1", "consumer-1", "analytics-1"}


def test_replicas_share_the_public_port_and_have_a_management_port_each(state: State) -> None:
    processes = plan(state, platform("stream-redis", producer={"replicas": 3})).processes
    producers = [process for process in processes if process.component == "producer"]
    assert len({process.port for process in producers}) == 1
    assert len({process.management_port for process in producers}) == 3


def test_a_stopped_component_has_no_process_and_no_address(state: State) -> None:
    found = plan(state, platform("stream-redis", analytics={"replicas": 0}))
    assert "analytics-1" not in found.programs
    assert set(found.addresses) == {"producer"}


def test_without_an_autoscaler_as_many_replicas_run_as_when_idle(state: State) -> None:
    of = platform("kafka", producer={"autoscaling": {"minReplicas": 2, "maxReplicas": 8}})
    assert {"producer-1", "producer-2"} <= set(plan(state, of).programs)
    assert "producer-3" not in plan(state, of).programs


def test_a_consumer_that_keeps_history_has_a_public_port(state: State) -> None:
    (consumer,) = (p for p in plan(state, platform("stream-memory")).processes if p.component == "consumer")
    assert consumer.port is not None
    (durable,) = (p for p in plan(state, platform("kafka")).processes if p.component == "consumer")
    assert durable.port is None


def test_only_producer_and_analytics_are_bound_to_another_host() -> None:
    hosts = port_hosts(platform("kafka"), Options(host="0.0.0.0"))
    assert {hosts[name] for name in ("postgres", "redis", "kafka", "kafka-controller")} == {"127.0.0.1"}
    assert {hosts[name] for name in ("producer", "analytics")} == {"0.0.0.0"}


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        ("::1", "http://[::1]:"),
        ("::", "http://[::1]:"),
    ],
)
def test_an_address_is_one_that_a_client_here_can_use(state: State, host: str, url: str) -> None:
    addresses = plan(state, platform("kafka"), Options(host=host)).addresses
    assert all(address.startswith(url) for address in addresses.values())


def test_an_unchanged_manifest_describes_the_same_programs(state: State) -> None:
    first, second = (plan(state, platform("kafka")).programs for _ in range(2))
    assert {name: program.digest() for name, program in first.items()} == {
        name: program.digest() for name, program in second.items()
    }


def test_a_changed_setting_changes_only_who_reads_it(state: State) -> None:
    before = plan(state, platform("kafka")).programs
    after = plan(state, platform("kafka", cache={"ttl": "5s"})).programs
    assert {name for name in before if before[name].digest() != after[name].digest()} == {"analytics-1"}


def test_preparation_has_the_same_servers_and_no_port(state: State) -> None:
    environment = plan(state, platform("kafka")).prepare.environment
    assert environment[Variable.TOPIC_REPLICATION] == "1"
    assert Variable.PORT not in environment


@pytest.mark.parametrize(
    ("process", "component"),
    [("producer-2", "producer"), ("postgres", "postgres"), ("kafka-controller", "kafka-controller")],
)
def test_a_process_is_called_by_its_component(process: str, component: str) -> None:
    assert component_of(process) == component
