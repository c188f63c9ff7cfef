"""What holds the variants of a comparison to equal means in a cluster: equal sums of limits, and a quota. Pure.

A quota counts the pods of a namespace by their PriorityClass, and those of compared platforms have one of their own. It
gives them no priority; it only tells them from all others, the load generator's among them (ADR 26).
"""

from dataclasses import dataclass
from typing import Any

from telemetry_operator.comparisons.limits import Limits, differ, limits_of
from telemetry_operator.comparisons.sharing import shared
from telemetry_operator.specs.comparison import ArchitectureComparison, ComparisonSpec, merged, platform_named
from telemetry_operator.specs.layout import builtin_of, builtin_servers, component_spec, components_of
from telemetry_operator.specs.spec import PlatformSpec


@dataclass(frozen=True, slots=True)
class Bound:
    """What the pods of each variant may use together, and the PriorityClass by which a quota counts them."""

    limits: Limits
    priority_class: str


@dataclass(frozen=True, slots=True)
class Unbound:
    """Nothing makes the variants equal, and why."""

    why: str


def limits_of_variants(comparison: ArchitectureComparison) -> dict[str, Limits]:
    """What the pods of each variant may use together, by its name."""
    return {title: limits_of(platform) for title, platform in _platforms_of(comparison).items()}


def bound_of(comparison: ArchitectureComparison, priority_class: str | None) -> Bound | Unbound:
    """What a quota can hold each variant to; `priority_class` is the one that the operator was given."""
    platforms = _platforms_of(comparison)
    limits = {title: limits_of(platform) for title, platform in platforms.items()}
    if boundless := [title for title, sums in limits.items() if None in {sums.cpu, sums.memory}]:
        return Unbound(f"a quota needs a limit of CPU and of memory for each pod, missing in: {', '.join(boundless)}")
    if differ(limits):
        return Unbound("the sums of their pods' limits differ")
    if marked := [title for title, platform in platforms.items() if _classes_of(platform) != {None}]:
        return Unbound(f"a quota counts pods by a PriorityClass, and some name one of their own: {', '.join(marked)}")
    if priority_class is None:
        return Unbound("the operator was given no PriorityClass by which a quota could tell their pods from others")
    return Bound(next(iter(limits.values())), priority_class)


def fitted(comparison: ComparisonSpec, spec: dict[str, Any], bound: Bound | Unbound) -> dict[str, Any]:
    """The spec of a variant's platform with what makes it equal to the others."""
    limited = _limited(comparison, spec)
    return with_class(limited, bound.priority_class) if isinstance(bound, Bound) else limited


def with_class(spec: dict[str, Any], name: str) -> dict[str, Any]:
    """A platform's spec whose pods have this PriorityClass."""
    platform = platform_named("cell", spec).spec
    pod = {"pod": {"priorityClassName": name}}
    components = {component.value: pod for component in components_of(platform)}
    servers = {server.value: {"builtin": pod} for server in builtin_servers(platform)}
    return merged(spec, {**components, **servers})


def _platforms_of(comparison: ArchitectureComparison) -> dict[str, PlatformSpec]:
    spec = comparison.spec
    given = {one.title: _limited(spec, spec.platform_of(one)) for one in spec.variants}
    return {title: platform_named(title, one).spec for title, one in given.items()}


def _limited(comparison: ComparisonSpec, spec: dict[str, Any]) -> dict[str, Any]:
    return shared(spec, comparison.limits) if comparison.limits else spec


def _classes_of(spec: PlatformSpec) -> set[str | None]:
    pods = [component_spec(spec, component).pod for component in components_of(spec)]
    pods += [builtin_of(spec, server).pod for server in builtin_servers(spec)]
    return {pod.priority_class_name for pod in pods}
