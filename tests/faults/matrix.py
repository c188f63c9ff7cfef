"""Which fault meets which architecture, as data.

An architecture is four choices, and the environment of its processes knows three of them. So `scale` is `baseline`,
and `stream-redis` is `kafka`, process for process: these two run with two replicas, and meet the faults that take two.
Every other preset meets SIGKILL and SIGSTOP of all its processes and servers, and SIGTERM of its services. The three
direct ones share the producer's way to the table, and what happens to a table is tried on `baseline` for all of them.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from telemetry_contract.architecture import PRESETS, Reads, Store, Writes
from telemetry_contract.settings import Component
from telemetry_operator.specs.layout import Server
from tests.faults.actions import (
    Act,
    freeze_server,
    freeze_service,
    kill_server,
    kill_service,
    prepare_twice,
    terminate,
    terminate_before_frozen,
)
from tests.faults.stage import Architecture
from tests.faults.store_actions import drop_a_partition, poison_the_store, send_what_is_far_ahead
from tests.faults.stream_actions import make_topic_anew, poison_the_stream, rebalance, wake_zombie

FREEZE: Final = 20.0  # seconds
SHORT_FREEZE: Final = 4.0  # longer than the producers' deadlines, shorter than a consumer's session
KILLS: Final = 3
TERMINATIONS: Final = 2

DOUBLED: Final = {
    "scale": (Component.PRODUCER, Component.ANALYTICS),
    "stream-redis": (Component.PRODUCER, Component.CONSUMER, Component.ANALYTICS),
}


class Fault(msgspec.Struct, frozen=True):
    """Something that goes wrong, so many times in a row under one load."""

    name: str
    act: Act
    rounds: int = 1


class Case(msgspec.Struct, frozen=True):
    """A fault that an architecture meets. `short` ones stand in for the long form, `long` ones are left out of it."""

    architecture: Architecture
    fault: Fault
    long: bool = False
    short: bool = False


def cases() -> Iterator[Case]:
    """Yield all cases, architecture by architecture: first those that take longest."""
    for name in ("kafka", "stream-postgres", "stream-memory", "redis", "baseline", "stream-redis", "scale"):
        architecture = Architecture(name, DOUBLED.get(name, ()))
        yield from (Case(architecture, fault, short=True) for fault in SHORT.get(name, ()))
        yield from (Case(architecture, fault, long=True) for fault in LONG.get(name) or whole(name))
        yield from (Case(architecture, fault) for fault in EITHER.get(name, ()))


def whole(name: str) -> Iterator[Fault]:
    """Yield what every process and every server of an architecture meets."""
    for service in services_of(name):
        yield Fault(f"kill {service}", kill_service(service), KILLS)
        yield Fault(f"freeze {service}", freeze_service(service, FREEZE))
        yield Fault(f"terminate {service}", terminate(service), TERMINATIONS)
    for server in servers_of_preset(name):
        yield Fault(f"kill {server}", kill_server(server), KILLS)
        yield Fault(f"freeze {server}", freeze_server(server, FREEZE))


def services_of(name: str) -> list[Component]:
    consumer = [Component.CONSUMER] if PRESETS[name].writes is Writes.KAFKA else []
    return [Component.PRODUCER, *consumer, Component.ANALYTICS]


def servers_of_preset(name: str) -> list[Server]:
    choices = PRESETS[name]
    needed = {
        Server.POSTGRES: choices.store is Store.POSTGRES,
        Server.KAFKA: choices.writes is Writes.KAFKA,
        Server.REDIS: choices.reads is Reads.REDIS,
    }
    return [server for server, is_needed in needed.items() if is_needed]


SHORT: Final[dict[str, list[Fault]]] = {
    "kafka": [
        *(Fault(f"kill {it}", kill_service(it)) for it in services_of("kafka")),
        Fault("kill kafka", kill_server(Server.KAFKA)),
        Fault("terminate producer", terminate("producer")),
        Fault("terminate consumer", terminate("consumer")),
        Fault("freeze kafka", freeze_server(Server.KAFKA, SHORT_FREEZE)),
    ],
    "baseline": [
        Fault("kill producer", kill_service("producer")),
        Fault("terminate producer", terminate("producer")),
        Fault("kill postgres", kill_server(Server.POSTGRES)),
        Fault("freeze postgres", freeze_server(Server.POSTGRES, SHORT_FREEZE)),
    ],
    "stream-redis": [
        Fault("kill postgres", kill_server(Server.POSTGRES)),
        Fault("freeze postgres", freeze_server(Server.POSTGRES, SHORT_FREEZE)),
        Fault("kill redis", kill_server(Server.REDIS)),
    ],
    "stream-memory": [
        Fault("kill consumer", kill_service("consumer")),
        Fault("terminate consumer", terminate("consumer")),
        Fault("kill kafka", kill_server(Server.KAFKA)),
    ],
}

LONG: Final[dict[str, list[Fault]]] = {
    "baseline": [
        *whole("baseline"),
        Fault("two migrations at once", prepare_twice),
    ],
    "stream-memory": [
        *whole("stream-memory"),
        Fault("the topic made anew", make_topic_anew),
    ],
    "kafka": [
        *whole("kafka"),
        Fault("poison the store", poison_the_store),
        Fault("terminate producer before frozen kafka", terminate_before_frozen("producer", Server.KAFKA)),
        Fault("a partition dropped", drop_a_partition),
    ],
    "scale": [
        Fault("kill one producer", kill_service("producer-1"), KILLS),
        Fault("freeze one producer", freeze_service("producer-1", FREEZE)),
        Fault("terminate one producer", terminate("producer-1"), TERMINATIONS),
        Fault("freeze one analytics", freeze_service("analytics-1", FREEZE)),
    ],
    "stream-redis": [
        Fault("kill one consumer", kill_service("consumer-1"), KILLS),
        Fault("freeze one consumer", freeze_service("consumer-1", FREEZE)),
        Fault("terminate one consumer", terminate("consumer-1"), TERMINATIONS),
        Fault("kill kafka", kill_server(Server.KAFKA), KILLS),
        Fault("freeze postgres", freeze_server(Server.POSTGRES, FREEZE)),
    ],
}

EITHER: Final[dict[str, list[Fault]]] = {
    "baseline": [
        Fault("poison the store", poison_the_store),
        Fault("a reading far ahead", send_what_is_far_ahead),
        Fault("terminate producer before frozen postgres", terminate_before_frozen("producer", Server.POSTGRES)),
        Fault("a partition dropped", drop_a_partition),
    ],
    "kafka": [
        Fault("poison the stream", poison_the_stream),
        Fault("the topic made anew", make_topic_anew),
        Fault("terminate consumer before frozen postgres", terminate_before_frozen("consumer", Server.POSTGRES)),
    ],
    "stream-memory": [
        Fault("poison the stream", poison_the_stream),
    ],
    "stream-redis": [
        Fault("two consumers rebalance", rebalance),
        Fault("a zombie wakes", wake_zombie),
    ],
}
