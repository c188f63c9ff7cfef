"""Reading from the API server all that a visit decides from: the platform, what it owns, what its spec names."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from telemetry_operator.cluster.kinds import CLAIM, EVENT, PLATFORM, POD
from telemetry_operator.cluster.protocols import Reader
from telemetry_operator.reconcile.backlog import observe_backlog
from telemetry_operator.reconcile.observed import Backlog, Observed
from telemetry_operator.reconcile.planning.rollouts import is_complete, replicas_of
from telemetry_operator.reconcile.planning.transition import consumer_of, wants_backlog
from telemetry_operator.resources.credentials import secret_names
from telemetry_operator.resources.files import revocations_config_map_name
from telemetry_operator.resources.naming import MANAGED_BY, PLATFORM_LABEL
from telemetry_operator.resources.objects import (
    CONFIG_MAP,
    JOB,
    OWNED_KINDS,
    SECRET,
    STATEFUL_SET,
    Key,
    Object,
    key_of,
)
from telemetry_operator.specs.manifest import ManifestError, parse_object
from telemetry_operator.specs.platform import TelemetryPlatform

AskBacklog = Callable[[Object, Observed], Awaitable[Backlog]]

STARTING: Final = frozenset({"ContainerCreating", "PodInitializing"})


async def observe_platform(
    cluster: Reader, namespace: str, name: str, *, recent: bool = False, ask_backlog: AskBacklog = observe_backlog
) -> Observed | None:
    """What there is of a platform now; None where there is no such platform.

    What it owns may be `recent` instead: as of a moment ago, though no older than anything known to this process.
    """
    found = await cluster.get(PLATFORM, namespace, name)
    if found is None:
        return None
    observed = await _observe_owned(cluster, found, recent=recent)
    platform = _parsed(found)
    if platform is not None:
        observed = await _with_named(cluster, observed, platform)
        if wants_backlog(platform, observed) and (consumer := consumer_of(platform, observed)):
            observed = replace(observed, backlog=await ask_backlog(consumer, observed))
    if _is_anything_missing(observed):
        observed = replace(observed, events=await cluster.list(EVENT, namespace, fields="type=Warning"))
    return observed


async def _observe_owned(cluster: Reader, platform: Object, *, recent: bool) -> Observed:
    namespace, name = platform["metadata"]["namespace"], platform["metadata"]["name"]
    labels = {**MANAGED_BY, PLATFORM_LABEL: name}
    lists = await asyncio.gather(
        *(cluster.list(kind, namespace, labels=labels, recent=recent) for kind in (*OWNED_KINDS, POD, CLAIM)),
    )
    *owned, pods, claims = lists
    live = [found for objects in owned for found in objects]
    secrets = {found["metadata"]["name"]: _decoded(found) for found in live if found["kind"] == SECRET.kind}
    objects: dict[Key, Object] = {key_of(found): _without_data(found) for found in live}
    return Observed(platform=platform, objects=objects, pods=pods, claims=claims, secrets=secrets)


async def _with_named(cluster: Reader, observed: Observed, platform: TelemetryPlatform) -> Observed:
    """With what the spec names or a person restored, which may carry no label of ours."""
    namespace = observed.platform["metadata"]["namespace"]
    names = sorted(set(secret_names(platform)) - set(observed.secrets))
    secrets = await asyncio.gather(*(cluster.get(SECRET, namespace, name) for name in names))
    revocations = Key(CONFIG_MAP.kind, revocations_config_map_name(platform))
    is_seen = revocations in observed.objects
    config_map = None if is_seen else await cluster.get(CONFIG_MAP, namespace, revocations.name)
    return replace(
        observed,
        secrets={**observed.secrets, **_decoded_by_name(found for found in secrets if found)},
        config_maps=frozenset({config_map["metadata"]["name"]} if config_map else ()),
    )


def _parsed(found: Object) -> TelemetryPlatform | None:
    """The manifest, if there is something to look up for it."""
    try:
        return None if "deletionTimestamp" in found["metadata"] else parse_object(found)
    except ManifestError:
        return None


def _decoded_by_name(secrets: Iterable[Object]) -> dict[str, Mapping[str, str]]:
    return {found["metadata"]["name"]: _decoded(found) for found in secrets}


def _decoded(secret: Object) -> dict[str, str]:
    # Of other encodings than UTF-8 we need none, and must not fail on any.
    data = secret.get("data") or {}
    return {name: b64decode(value).decode(errors="replace") for name, value in data.items()}


def _without_data(found: Object) -> Object:
    if found["kind"] != SECRET.kind:
        return found
    return {name: value for name, value in found.items() if name not in {"data", "stringData"}}


def _is_anything_missing(observed: Observed) -> bool:
    """Whether something does not come about that only Events tell the reason of."""
    by_kind = [(key.kind, live) for key, live in observed.objects.items()]
    return (
        any(kind == STATEFUL_SET.kind and _pods_made(live) < replicas_of(live) for kind, live in by_kind)
        or any(kind == JOB.kind and not is_complete(live) for kind, live in by_kind)
        or any((claim.get("status") or {}).get("phase") == "Pending" for claim in observed.claims)
        or any(_is_starting(pod) for pod in observed.pods)
    )


def _pods_made(live: Object) -> int:
    return (live.get("status") or {}).get("replicas") or 0


def _is_starting(pod: Object) -> bool:
    containers = (pod.get("status") or {}).get("containerStatuses") or ()
    return any(((one.get("state") or {}).get("waiting") or {}).get("reason") in STARTING for one in containers)
