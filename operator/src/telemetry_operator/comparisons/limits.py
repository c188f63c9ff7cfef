"""What the pods of a platform may use together, at as many replicas as it may have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from telemetry_operator.resources.amounts import canonical
from telemetry_operator.resources.sizes import resources_of
from telemetry_operator.specs.layout import Server, component_spec, most_pods
from telemetry_operator.specs.pods import Compute
from telemetry_operator.specs.quantity import Quantity
from telemetry_operator.specs.spec import PlatformSpec

_MEBI = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sums over all pods, backing services included; None where a pod has no limit."""

    cpu: Decimal | None
    memory: Decimal | None

    @property
    def hard(self) -> dict[str, str]:
        """As a ResourceQuota has them, in the form in which the API server gives them back; those that there are."""
        amounts = {"cpu": self.cpu and Quantity(f"{self.cpu:f}"), "memory": self.memory and _memory(self.memory)}
        return {f"limits.{name}": canonical(amount) for name, amount in amounts.items() if amount}

    def __str__(self) -> str:
        cpu = "no limit of CPU" if self.cpu is None else f"{canonical(Quantity(str(self.cpu)))} CPU"
        memory = "no limit of memory" if self.memory is None else f"{self.memory / _MEBI:.0f}Mi"
        return f"{cpu}, {memory}"


def limits_of(spec: PlatformSpec) -> Limits:
    counted = list(_pods(spec))
    return Limits(
        cpu=_sum((one.cpu, count) for one, count in counted), memory=_sum((one.memory, count) for one, count in counted)
    )


def differ(limits: Mapping[str, Limits]) -> bool:
    """Whether one of these may use more than another, or nobody can say."""
    first, *others = limits.values()
    return None in {first.cpu, first.memory} or any(other != first for other in others)


def _pods(spec: PlatformSpec) -> Iterator[tuple[Compute, int]]:
    for part, pods in most_pods(spec).items():
        found = resources_of(spec, part) if isinstance(part, Server) else component_spec(spec, part).resources
        yield found.limits, pods


def _memory(amount: Decimal) -> Quantity:
    return Quantity(f"{int(amount / _MEBI)}Mi" if amount % _MEBI == 0 else f"{amount:f}")


def _sum(given: Iterator[tuple[Quantity | None, int]]) -> Decimal | None:
    amounts = [(quantity, count) for quantity, count in given if count]
    if any(quantity is None for quantity, _ in amounts):
        return None
    return sum((quantity.value * count for quantity, count in amounts if quantity), start=Decimal())
