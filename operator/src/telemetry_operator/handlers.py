"""Which objects the operator listens to, and whose platform, run or comparison each is: routing, and nothing else.

An event only says that something changed; the visit looks for itself what. So handlers keep nothing in
the objects: no finalizer, no annotation of kopf's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import kopf

from telemetry_operator.cluster.kinds import BENCHMARK, CLAIM, COMPARISON, PLATFORM, POD
from telemetry_operator.controller.schedule import PlatformName
from telemetry_operator.resources.benchmark_context import BENCHMARK_LABEL
from telemetry_operator.resources.comparison import COMPARISON_LABEL
from telemetry_operator.resources.naming import PLATFORM_LABEL
from telemetry_operator.resources.objects import OWNED_KINDS, Kind

PARTS: Final = (*OWNED_KINDS, POD, CLAIM)
"""What platforms and runs are made of; their labels say of which."""

Put = Callable[[PlatformName], None]
Hear = Callable[[str, str], None]
Labels = Mapping[str, str]


def _pass(_: PlatformName) -> None:
    return


@dataclass(frozen=True, slots=True)
class Queues:
    """Where names of each kind go whose objects changed."""

    platforms: Put
    benchmarks: Put = _pass
    comparisons: Put = _pass


def build_registry(queues: Queues, *, hear: Hear) -> kopf.OperatorRegistry:
    """The table of what is listened to: each queue is given the name of what something changed of.

    Before them `hear` is called with the kind and version of a part that changed: no visit may see it as it was.
    """
    registry = kopf.OperatorRegistry()

    async def platform_changed(*, namespace: str | None, name: str | None, labels: Labels, **_: Any) -> None:  # noqa: ANN401
        queues.platforms(PlatformName(namespace or "", name or ""))
        part_of_comparison(namespace, labels)

    async def benchmark_changed(*, namespace: str | None, name: str | None, labels: Labels, **_: Any) -> None:  # noqa: ANN401
        queues.benchmarks(PlatformName(namespace or "", name or ""))
        part_of_comparison(namespace, labels)

    async def comparison_changed(*, namespace: str | None, name: str | None, **_: Any) -> None:  # noqa: ANN401
        queues.comparisons(PlatformName(namespace or "", name or ""))

    async def part_changed(*, body: kopf.Body, namespace: str | None, labels: Labels, **_: Any) -> None:  # noqa: ANN401
        hear(body.get("kind") or "", body["metadata"].get("resourceVersion") or "")
        if owner := labels.get(PLATFORM_LABEL):
            queues.platforms(PlatformName(namespace or "", owner))
        if run := labels.get(BENCHMARK_LABEL):
            queues.benchmarks(PlatformName(namespace or "", run))
        part_of_comparison(namespace, labels)

    def part_of_comparison(namespace: str | None, labels: Labels) -> None:
        if comparison := labels.get(COMPARISON_LABEL):
            queues.comparisons(PlatformName(namespace or "", comparison))

    kopf.on.event(*selector_of_kind(PLATFORM), registry=registry)(platform_changed)
    kopf.on.event(*selector_of_kind(BENCHMARK), registry=registry)(benchmark_changed)
    kopf.on.event(*selector_of_kind(COMPARISON), registry=registry)(comparison_changed)
    for kind in PARTS:
        kopf.on.event(*selector_of_kind(kind), registry=registry)(part_changed)
    return registry


def selector_of_kind(kind: Kind) -> tuple[str, str, str]:
    """Group, version and plural, by which kopf knows a kind."""
    return kind.group, kind.api_version.rpartition("/")[2], kind.plural
