"""Limits given to a whole platform, shared out among its pods. Pure.

Each pod keeps its part of the whole: what it would be limited to otherwise (or asks for, where it has no limit) is the
weight that it is given by. So every variant has the same sum, however many pods it is made of.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from telemetry_operator.resources.sizes import resources_of
from telemetry_operator.specs.comparison import Budget, merged, platform_named
from telemetry_operator.specs.layout import Server, component_spec, most_pods
from telemetry_operator.specs.pods import Compute, Resources
from telemetry_operator.specs.quantity import Quantity
from telemetry_operator.specs.spec import PlatformSpec

USUAL: Final = Compute(cpu=Quantity("250m"), memory=Quantity("512Mi"))
"""What weighs where neither limit nor request is given."""
_MILLI: Final = Decimal("0.001")
_MEBI: Final = Decimal(2**20)


class _Part(NamedTuple):
    """One component or server: what it has otherwise, and how many pods at most."""

    name: str
    is_server: bool
    given: Resources
    pods: int


def shared(spec: dict[str, Any], budget: Budget) -> dict[str, Any]:
    """A platform's spec whose pods are limited, all together and at most replicas, to the budget.

    Whole thousandths of a CPU and whole mebibytes; what is left over goes to the part with the fewest pods.
    """
    parts = list(_parts_of(platform_named("cell", spec).spec))
    cpu = _shares(parts, "cpu", int(budget.cpu.value / _MILLI))
    memory = _shares(parts, "memory", int(budget.memory.value / _MEBI))
    for part in parts:
        limits = Compute(cpu=Quantity(f"{cpu[part.name]}m"), memory=Quantity(f"{memory[part.name]}Mi"))
        spec = merged(spec, _patch(part, limits))
    return spec


def _parts_of(spec: PlatformSpec) -> Iterator[_Part]:
    for part, pods in most_pods(spec).items():
        is_server = isinstance(part, Server)
        given = resources_of(spec, part) if isinstance(part, Server) else component_spec(spec, part).resources
        if pods:
            yield _Part(part.value, is_server, given, pods)


def _shares(parts: list[_Part], kind: str, whole: int) -> Mapping[str, int]:
    """What one pod of each part is given, in the units of the whole."""
    weights = {part.name: _weight(part, kind) for part in parts}
    total = sum((weights[part.name] * part.pods for part in parts), start=Decimal())
    shares = {part.name: int(whole * weights[part.name] / total) for part in parts}
    left = whole - sum(shares[part.name] * part.pods for part in parts)
    for part in sorted(parts, key=lambda one: one.pods):
        more, left = divmod(left, part.pods)
        shares[part.name] += more
    return shares


def _weight(part: _Part, kind: str) -> Decimal:
    found = getattr(part.given.limits, kind) or getattr(part.given.requests, kind) or getattr(USUAL, kind)
    return Quantity(found).value


def _patch(part: _Part, limits: Compute) -> dict[str, Any]:
    """The limits, with requests that are not above them."""
    asked = part.given.requests
    requests = Compute(cpu=_within(asked.cpu, limits.cpu), memory=_within(asked.memory, limits.memory))
    resources = Resources(requests=requests, limits=limits).model_dump(mode="json", by_alias=True, exclude_none=True)
    patch = {"resources": resources}
    return {part.name: {"builtin": patch} if part.is_server else patch}


def _within(asked: Quantity | None, limit: Quantity | None) -> Quantity | None:
    return limit if asked and limit and limit.value < asked.value else asked
