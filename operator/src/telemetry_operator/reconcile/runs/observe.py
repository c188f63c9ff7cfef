"""Reading from the API server all that a visit of a benchmark decides from: itself, its pods, the platform it loads."""

import asyncio
from base64 import b64decode
from typing import Any, Final

from telemetry_operator.cluster.kinds import BENCHMARK, EVENT, PLATFORM, POD
from telemetry_operator.cluster.protocols import Reader
from telemetry_operator.connections import host_in_url
from telemetry_operator.reconcile.runs.observed import ObservedPlatform, ObservedRun
from telemetry_operator.resources.benchmark_context import BENCHMARK_LABEL, COLLECTOR
from telemetry_operator.resources.credentials import KEYS_KEY, PASSWORD
from telemetry_operator.resources.files import keys_secret_name
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, PLATFORM_LABEL, object_name
from telemetry_operator.resources.objects import (
    CONFIG_MAP,
    JOB,
    NETWORK_POLICY,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    Key,
    Object,
    key_of,
)
from telemetry_operator.resources.observer import asked_servers
from telemetry_operator.resources.ports import PUBLIC_PORT
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.benchmark_status import Phase, read_benchmark_status
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.manifest import ManifestError, parse_object, parse_object_of
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.status import read_status

RUN_KINDS: Final = (SERVICE_ACCOUNT, CONFIG_MAP, SECRET, SERVICE, NETWORK_POLICY, JOB)
"""What a run is made of."""


async def observe_run(cluster: Reader, namespace: str, name: str) -> ObservedRun | None:
    """What there is of a benchmark now; None where there is no such benchmark."""
    found = await cluster.get(BENCHMARK, namespace, name)
    if found is None:
        return None
    model, fault = _parsed(found)
    observed = ObservedRun(subject=found, model=model, fault=fault, status=read_benchmark_status(found))
    if observed.leaving:
        return observed
    objects, pods = await _own(cluster, found)
    collector = next((pod for pod in pods if _is_collector(pod)), None)
    starts = observed.status.phase is Phase.STARTING
    platform = None
    if model and not observed.is_over:
        platform = await _platform(cluster, namespace, model.spec.platform, starts=starts)
    others = await cluster.list(BENCHMARK, namespace) if observed.status.run is None and not observed.is_over else ()
    return ObservedRun(
        subject=found,
        model=model,
        fault=fault,
        status=observed.status,
        platform=platform,
        others=others,
        objects=objects,
        pods=tuple(pod for pod in pods if not _is_collector(pod)),
        collector=collector,
        events=await cluster.list(EVENT, namespace, fields="type=Warning") if starts else (),
    )


def _parsed(found: Object) -> tuple[TelemetryBenchmark | None, str]:
    try:
        return parse_object_of(TelemetryBenchmark, found, source="spec"), ""
    except ManifestError as error:
        return None, str(error)


async def _own(cluster: Reader, benchmark: Object) -> tuple[dict[Key, Object], tuple[Object, ...]]:
    """What goes with this benchmark; what is left of another of its name goes by itself."""
    metadata = benchmark["metadata"]
    labels = {**MANAGED_BY, BENCHMARK_LABEL: metadata["name"]}
    *lists, pods = await asyncio.gather(
        *(cluster.list(kind, metadata["namespace"], labels=labels) for kind in (*RUN_KINDS, POD))
    )
    objects = {key_of(found): found for listed in lists for found in listed if _is_owned(found, metadata["uid"])}
    jobs = {found["metadata"]["uid"] for key, found in objects.items() if key.kind == JOB.kind}
    return objects, tuple(pod for pod in pods if any(_is_owned(pod, uid) for uid in jobs))


def _is_collector(pod: Object) -> bool:
    return (pod["metadata"].get("labels") or {}).get(COMPONENT_LABEL) == COLLECTOR


async def _platform(cluster: Reader, namespace: str, name: str, *, starts: bool) -> ObservedPlatform | None:
    found = await cluster.get(PLATFORM, namespace, name)
    if found is None or "deletionTimestamp" in found["metadata"]:
        return None
    try:
        model = parse_object(found)
    except ManifestError:
        return None
    names = {one: object_name(model, one) for one in ("producer", "analytics")}
    secret = await cluster.get(SECRET, namespace, keys_secret_name(model))
    pods = await cluster.list(POD, namespace, labels={**MANAGED_BY, PLATFORM_LABEL: name})
    services = await asyncio.gather(*(cluster.get(SERVICE, namespace, service) for service in names.values()))
    scheme = "https" if model.spec.tls else "http"
    return ObservedPlatform(
        model=model,
        status=read_status(found),
        uid=found["metadata"]["uid"],
        generation=int(found["metadata"].get("generation", 0)),
        pods=pods,
        passwords=await _passwords(cluster, model) if starts else {},
        keys=value_in(secret, KEYS_KEY),
        addresses={
            one: f"{scheme}://{address}:{PUBLIC_PORT}"
            for one, service in zip(names, services, strict=True)
            if (address := _address(service))
        },
    )


async def _passwords(cluster: Reader, platform: TelemetryPlatform) -> dict[Server, str]:
    """Of the servers that a collector may ask, from which its own follow."""
    asked, namespace = asked_servers(platform), platform.metadata.namespace or ""
    secrets = await asyncio.gather(*(cluster.get(SECRET, namespace, object_name(platform, server)) for server in asked))
    values = ((server, value_in(secret, PASSWORD)) for server, secret in zip(asked, secrets, strict=True))
    return {server: value.decode() for server, value in values if value is not None}


def value_in(secret: Object | None, key: str) -> bytes | None:
    """A Secret's value; None where it is not there."""
    given = ((secret or {}).get("data") or {}).get(key)
    return None if given is None else b64decode(given)


def nodes_of(pods: tuple[Object, ...]) -> frozenset[str]:
    return frozenset(node for pod in pods if (node := (pod.get("spec") or {}).get("nodeName")))


def _address(service: Object | None) -> str | None:
    """By the Service's own address, so that an operator outside of the cluster's DNS finds it as well."""
    address: Any = ((service or {}).get("spec") or {}).get("clusterIP")
    if not address or address == "None":
        return None
    return host_in_url(str(address))


def _is_owned(found: Object, uid: str) -> bool:
    return any(owner["uid"] == uid for owner in found["metadata"].get("ownerReferences") or ())
