"""Whole objects as they are expected, one file a case.

`python -m tests.unit.resources.expected_objects` writes them anew. Do that on purpose only, and read the difference:
each line of it is a change on somebody's cluster.
"""

from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from telemetry_operator.resources.analytics import build_analytics
from telemetry_operator.resources.consumer import build_consumer
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.credentials import build_revocations, build_secret, wanted_secrets
from telemetry_operator.resources.ingress import build_ingress
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.producer import build_producer
from telemetry_operator.resources.servers import build_servers
from telemetry_operator.resources.workloads import build_foundation, build_prepare, build_workloads
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import EXTERNAL, SHAPED, context_for, platform_in
from tests.unit.resources.given_benchmark import build_benchmark

DIRECTORY: Final = Path(__file__).parent / "expected"
HEADER: Final = "# Written by `python -m tests.unit.resources.expected_objects`.\n"

Builder = Callable[[TelemetryPlatform, Context], tuple[Object, ...]]


def _prepare(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    return (build_prepare(platform, context),)


def _made_once(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    secrets = [build_secret(wanted, platform, context, bytes) for wanted in wanted_secrets(platform)]
    revocations = build_revocations(platform, context)
    return (*secrets, revocations) if revocations else tuple(secrets)


ENFORCED: Final = {"networkPolicy": {"enabled": True}}
OUTSIDE: Final[Mapping[str, Any]] = {
    "architecture": "kafka",
    "scaling": "fixed",
    **EXTERNAL,
    **dict.fromkeys(("producer", "consumer", "analytics"), SHAPED),
    "images": {"services": "registry.example.org/telemetry@sha256:0123", "pullPolicy": "Always"},
    "auth": {"keysSecretName": "keys", "revocationsConfigMapName": "revoked"},
    "tls": {"secretName": "certificate"},
    "observability": {"tracing": {"endpoint": "https://otel.example.org", "samplingRatio": 0.1}},
    **ENFORCED,
}
INGRESS: Final = {
    "className": "nginx",
    "producerHost": "ingest.example.org",
    "analyticsHost": "ask.example.org",
    "tlsSecretName": "hosts",
    "annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"},
}

OWN_SHAPE: Final = {name: SHAPED[name] for name in ("resources", "pod")}
OWN_SERVERS: Final[Mapping[str, Any]] = {
    "architecture": "kafka",
    "deletionPolicy": "Delete",
    "images": {
        "postgres": "mine/postgres:18",
        "redis": "mine/redis:8",
        "kafka": "mine/kafka:4",
        "pullPolicy": "Always",
    },
    "postgres": {"builtin": {**OWN_SHAPE, "storage": {"size": "1024Gi", "storageClassName": "fast"}}},
    "redis": {"builtin": {**OWN_SHAPE, "storage": {"size": "0.5Gi"}}},
    "kafka": {"builtin": {**OWN_SHAPE, "storage": {"size": "20Gi", "storageClassName": "fast"}, "brokers": 3}},
}

CASES: Final[Mapping[str, tuple[Builder, Mapping[str, Any]]]] = {
    "foundation-kafka": (build_foundation, {"architecture": "kafka", **ENFORCED}),
    "foundation-stream-memory": (build_foundation, {"architecture": "stream-memory", **ENFORCED}),
    "foundation-open": (build_foundation, {}),
    "foundation-external": (build_foundation, OUTSIDE),
    "prepare-kafka": (_prepare, {"architecture": "kafka"}),
    "producer-baseline": (build_producer, {}),
    "producer-kafka": (build_producer, {"architecture": "kafka"}),
    "consumer-kafka": (build_consumer, {"architecture": "kafka"}),
    "consumer-stream-memory": (build_consumer, {"architecture": "stream-memory"}),
    "analytics-redis": (build_analytics, {"architecture": "redis"}),
    "analytics-stream-memory": (build_analytics, {"architecture": "stream-memory"}),
    "workloads-external": (build_workloads, OUTSIDE),
    "servers-kafka": (build_servers, {"architecture": "kafka"}),
    "servers-shaped": (build_servers, OWN_SERVERS),
    "made-once-kafka": (_made_once, {"architecture": "kafka"}),
    "made-once-shaped": (_made_once, OWN_SERVERS),
    "ingress": (build_ingress, {"ingress": INGRESS}),
    "benchmark-baseline": (build_benchmark, {}),
    "benchmark-external": (build_benchmark, OUTSIDE),
}


def build_case(name: str) -> list[Object]:
    build, spec = CASES[name]
    platform = platform_in(**spec)
    return list(build(platform, context_for(platform)))


def read_case(name: str) -> list[Object]:
    return list(YAML(typ="safe").load_all((DIRECTORY / f"{name}.yaml").read_text()))


def write_case(name: str) -> None:
    stream = StringIO()
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda _: True
    yaml.representer.add_representer(str, _represent_text)
    yaml.explicit_start = True
    yaml.width = 120
    yaml.dump_all(build_case(name), stream)
    (DIRECTORY / f"{name}.yaml").write_text(HEADER + stream.getvalue())


def _represent_text(representer: RoundTripRepresenter, text: str) -> ScalarNode:
    """Files in a ConfigMap, line by line as they are."""
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


if __name__ == "__main__":
    DIRECTORY.mkdir(exist_ok=True)
    for case in CASES:
        write_case(case)
