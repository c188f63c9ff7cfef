"""The builtin Kafka: one or three nodes, each broker and controller, found by the names that a StatefulSet gives.

Clients and brokers log in with a password each (SASL/PLAIN, kept from other pods by a NetworkPolicy, not encrypted);
on the listener of controllers only the brokers' password is known. Passwords stand in no file: Kafka reads them from
its environment itself.
"""

from typing import Final

from telemetry_operator.resources.addresses import SASL_MECHANISM, USER, service_host
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.credentials import BROKER_PASSWORD, CLUSTER_ID, PASSWORD
from telemetry_operator.resources.naming import build_object, object_name, selector_of
from telemetry_operator.resources.objects import DISRUPTION_BUDGET, Object
from telemetry_operator.resources.pods import probe
from telemetry_operator.resources.ports import KAFKA_CONTROLLER_PORT, KAFKA_PORT
from telemetry_operator.resources.sizes import memory_bytes
from telemetry_operator.resources.stateful import (
    Shape,
    build_client_service,
    build_configuration,
    build_pods_service,
    build_stateful_set,
    execute,
    run_script,
    script,
)
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import PlatformSpec

IMAGE_USER: Final = 1000
VOLUME: Final = "/var/lib/kafka/data"
CLIENTS: Final = "clients"
CONTROLLERS: Final = "controllers"
PODS: Final = "kafka-brokers"
BROKER: Final = "broker"

MEBI: Final = 1 << 20
LEAST_HEAP: Final = 192 * MEBI
MOST_HEAP: Final = 6144 * MEBI  # beyond that memory serves better as the page cache

# The controllers' listener is there seconds after the start; the clients', once logs are recovered and the broker has
# joined. So recovery is not ready, and alive.
ALIVE: Final = execute(*run_script("bash", "answers.sh", str(KAFKA_CONTROLLER_PORT)))
PROBES: Final = {
    # No sooner than a JVM can be up: each failure is an Event that somebody reads.
    "startupProbe": {**probe(ALIVE, every=3, failures=100, timeout=5), "initialDelaySeconds": 5},
    "readinessProbe": probe(
        execute(*run_script("bash", "answers.sh", str(KAFKA_PORT))), every=5, failures=3, timeout=5
    ),
    "livenessProbe": probe(ALIVE, every=10, failures=6, timeout=5),
}
# Handing over leadership and flushing logs. When all nodes end at once, the last waits in vain for a quorum, this long.
GRACE_SECONDS: Final = 60
READY_SECONDS: Final = 15  # for a broker to catch up before the next is replaced

PLAIN_LOGIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"
ENVIRONMENT: Final = {
    "config.providers": "env",
    "config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
}


def build_kafka(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    shape = _shape(platform, context)
    return (
        build_configuration(shape, platform, context),
        build_pods_service(shape, platform, context),
        build_client_service(shape, platform, context, CLIENTS),
        *_build_budget(platform, context),
        build_stateful_set(shape, platform, context),
    )


def settings_of(platform: TelemetryPlatform) -> dict[str, str]:
    """Settings in Kafka's own words, but for what differs from node to node: that it reads from its environment."""
    return {**ENVIRONMENT, **_quorum(platform), **_logins(), **_copies(platform.spec), **_small_machine()}


def heap_bytes(spec: PlatformSpec) -> int:
    """Half of the memory: the other half is the JVM's own, and tools that are run in the pod."""
    return max(LEAST_HEAP, min(memory_bytes(spec, Server.KAFKA) // 2, MOST_HEAP))


def _quorum(platform: TelemetryPlatform) -> dict[str, str]:
    name, pods = object_name(platform, Server.KAFKA), service_host(platform, PODS)
    numbers = range(platform.spec.kafka.builtin.brokers)
    return {
        "process.roles": "broker,controller",
        "node.id": "${env:NODE_ID}",
        "listeners": f"CLIENTS://:{KAFKA_PORT},CONTROLLERS://:{KAFKA_CONTROLLER_PORT}",
        "advertised.listeners": f"CLIENTS://${{env:NODE_NAME}}.{pods}:{KAFKA_PORT}",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLERS",
        "controller.quorum.voters": ",".join(
            f"{number}@{name}-{number}.{pods}:{KAFKA_CONTROLLER_PORT}" for number in numbers
        ),
        # Not the volume's root, where file systems keep a directory of their own that Kafka would take for a topic.
        "log.dirs": f"{VOLUME}/log",
    }


def _logins() -> dict[str, str]:
    password = "${env:BROKER_PASSWORD}"  # noqa: S105 - where it is to be found
    broker = f'{PLAIN_LOGIN} username="{BROKER}" password="{password}" user_{BROKER}="{password}"'
    return {
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLERS:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": SASL_MECHANISM,
        "sasl.mechanism.inter.broker.protocol": SASL_MECHANISM,
        "sasl.mechanism.controller.protocol": SASL_MECHANISM,
        "listener.name.clients.plain.sasl.jaas.config": f'{broker} user_{USER}="${{env:CLIENT_PASSWORD}}";',
        "listener.name.controllers.plain.sasl.jaas.config": f"{broker};",
    }


def _copies(spec: PlatformSpec) -> dict[str, str]:
    """Of each topic a copy on every broker; with three, one may be away and what is acknowledged still stands twice."""
    copies = spec.kafka.builtin.brokers
    insync = str(max(1, copies - 1))
    internal = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
    return {
        "auto.create.topics.enable": "false",
        "default.replication.factor": str(copies),
        "min.insync.replicas": insync,
        **{f"{topic}.replication.factor": str(copies) for topic in internal},
        "transaction.state.log.min.isr": insync,
        "share.coordinator.state.topic.min.isr": insync,
        **{f"{topic}.num.partitions": str(copies) for topic in internal},
    }


def _small_machine() -> dict[str, str]:
    return {
        # A broker that died is missed after this; the default, 9 s, is nearly all the time that a writer waits.
        "broker.session.timeout.ms": "6000",
        # A broker that finds no quorum waits for one; the default ends it after a minute, and restarts are slower.
        "initial.broker.registration.timeout.ms": "600000",
        "group.initial.rebalance.delay.ms": "500",
        # The default, 128 MB, is a quarter of the usual heap.
        "log.cleaner.dedupe.buffer.size": str(16 * MEBI),
        "num.network.threads": "2",
        "num.io.threads": "4",
    }


def _client_properties() -> dict[str, str]:
    """For Kafka's own tools, run in the pod with `--command-config`."""
    return {
        **ENVIRONMENT,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": SASL_MECHANISM,
        "sasl.jaas.config": f'{PLAIN_LOGIN} username="{USER}" password="${{env:CLIENT_PASSWORD}}";',
    }


def _shape(platform: TelemetryPlatform, context: Context) -> Shape:
    heap, several = heap_bytes(platform.spec) // MEBI, platform.spec.kafka.builtin.brokers > 1
    return Shape(
        server=Server.KAFKA,
        image=platform.spec.images.kafka or context.images.kafka,
        user=IMAGE_USER,
        ports={CLIENTS: KAFKA_PORT, CONTROLLERS: KAFKA_CONTROLLER_PORT},
        data_path=VOLUME,
        env={
            # A pod that moved has another address: Java would remember the old one for half a minute.
            "JVM_OPTIONS": f"-Xms{heap // 4}m -Xmx{heap}m -XX:+ExitOnOutOfMemoryError -Dsun.net.inetaddr.ttl=5",
            "LOG_DIR": "/tmp/logs",  # noqa: S108 - a volume of the pod's own
        },
        secret_env={"CLIENT_PASSWORD": PASSWORD, "BROKER_PASSWORD": BROKER_PASSWORD, "CLUSTER_ID": CLUSTER_ID},
        configuration={
            "server.properties": _properties(settings_of(platform)),
            "client.properties": _properties(_client_properties()),
            "log4j2.yaml": script("kafka-log4j2.yaml"),
            "start.sh": script("kafka-start.sh"),
            "answers.sh": script("kafka-answers.sh"),
        },
        container={"command": run_script("bash", "start.sh"), **PROBES},
        grace_seconds=GRACE_SECONDS,
        governed_by=PODS,
        ready_seconds=READY_SECONDS if several else 0,
        pod=_over_nodes(platform) if several else {},
    )


def _build_budget(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """One broker of three at a time. Of a single one a budget would only keep its node from ever being drained."""
    if platform.spec.kafka.builtin.brokers == 1:
        return ()
    budget = {
        **build_object(DISRUPTION_BUDGET, platform, context, Server.KAFKA, Server.KAFKA),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": selector_of(platform, Server.KAFKA)},
            # A broker that is not ready protects nothing, and would hold up the drain that moves it elsewhere.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
    return (budget,)


def _over_nodes(platform: TelemetryPlatform) -> Object:
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        # Two brokers on one node are better than one broker less.
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector_of(platform, Server.KAFKA)},
    }
    return {"topologySpreadConstraints": [spread]}


def _properties(settings: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())
