"""Amounts of CPU, memory and storage in the one form that the API server gives back: `0.5` is `500m` there."""

from decimal import ROUND_CEILING, Decimal
from typing import Final

from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.pods import Compute, Resources
from telemetry_operator.specs.quantity import Quantity

KIBI: Final = 1024
KILO: Final = 1000
MILLI: Final = Decimal("0.001")
BINARY: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
DECIMAL: Final = ("m", "", "k", "M", "G", "T", "P", "E")


def canonical(quantity: Quantity) -> str:
    """The same amount, rounded up to thousandths, by the largest suffix that needs no fraction."""
    amount = quantity.value.quantize(MILLI, rounding=ROUND_CEILING)
    # As the API server does: a small or broken number of bytes is written in decimal form, whatever its suffix was.
    binary = quantity.endswith("i") and amount >= KIBI and amount == int(amount)
    return _shortest(int(amount), KIBI, BINARY) if binary else _shortest(int(amount / MILLI), KILO, DECIMAL)


def resources_of(resources: Resources) -> Object:
    """Requests and limits as a container has them; what is not set is left out."""
    both = {"requests": _amounts(resources.requests), "limits": _amounts(resources.limits)}
    return {name: amounts for name, amounts in both.items() if amounts}


def _amounts(compute: Compute) -> dict[str, str]:
    given = {"cpu": compute.cpu, "memory": compute.memory}
    return {name: canonical(quantity) for name, quantity in given.items() if quantity}


def _shortest(number: int, base: int, suffixes: tuple[str, ...]) -> str:
    power = 0
    while number % base == 0 and power < len(suffixes) - 1:
        number, power = number // base, power + 1
    return f"{number}{suffixes[power]}"
