"""Which objects the operator listens to, and whose platform or benchmark each is: routing, and nothing else.

An event only says that something changed; the visit looks for itself what. So handlers keep nothing in
the objects: no finalizer, no annotation of kopf's.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import kopf

from telemetry_operator.cluster.kinds import BENCHMARK, CLAIM, PLATFORM, POD
from telemetry_operator.controller.schedule import PlatformName
from telemetry_operator.resources.benchmark_context import BENCHMARK_LABEL
from telemetry_operator.resources.naming import PLATFORM_LABEL
from telemetry_operator.resources.objects import OWNED_KINDS, Kind

PARTS: Final = (*OWNED_KINDS, POD, CLAIM)
"""What platforms and runs are made of; their labels say of which."""

Put = Callable[[PlatformName], None]
Hear = Callable[[str, str], None]


def build_registry(put: Put, put_benchmark: Put | None = None, *, hear: Hear) -> kopf.OperatorRegistry:
    """The table of what is listened to: each is called with the name of what something changed of.

    Before them `hear` is called with the kind and version of a part that changed: no visit may see it as it was.
    """
    registry = kopf.OperatorRegistry()
    put_run = put_benchmark or _pass

    async def platform_changed(*, namespace: str | None, name: str | None, **_: Any) -> None:  # noqa: ANN401
        put(PlatformName(namespace or "", name or ""))

    async def benchmark_changed(*, namespace: str | None, name: str | None, **_: Any) -> None:  # noqa: ANN401
        put_run(PlatformName(namespace or "", name or ""))

    async def part_changed(*, body: kopf.Body, namespace: str | None, labels: Mapping[str, str], **_: Any) -> None:  # noqa: ANN401
        hear(body.get("kind") or "", body["metadata"].get("resourceVersion") or "")
        if owner := labels.get(PLATFORM_LABEL):
            put(PlatformName(namespace or "", owner))
        if run := labels.get(BENCHMARK_LABEL):
            put_run(PlatformName(namespace or "", run))

    kopf.on.event(*selector_of_kind(PLATFORM), registry=registry)(platform_changed)
    kopf.on.event(*selector_of_kind(BENCHMARK), registry=registry)(benchmark_changed)
    for kind in PARTS:
        kopf.on.event(*selector_of_kind(kind), registry=registry)(part_changed)
    return registry


def _pass(_: PlatformName) -> None:
    return


def selector_of_kind(kind: Kind) -> tuple[str, str, str]:
    """Group, version and plural, by which kopf knows a kind."""
    return kind.group, kind.api_version.rpartition("/")[2], kind.plural
