"""Whether the quotas of a namespace leave room for a run's pods. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.resources.objects import JOB, Object
from telemetry_operator.specs.quantity import Quantity

_SHORT: Final = {"cpu": "requests.cpu", "memory": "requests.memory", "count/pods": "pods"}
"""Other names that a quota may give to the same."""


def without_room(quotas: Sequence[Object], run: Sequence[Object]) -> Said | None:
    """Why the pods of a run's objects would not all be admitted; quotas that count only some pods are left aside."""
    wanted = _wanted(run)
    for quota in quotas:
        for name, left in _left(quota):
            need = wanted.get(_SHORT.get(name, name))
            if need is not None and need > left:
                found = (
                    f"its pods need {need:f} of {name} together, and ResourceQuota {quota['metadata']['name']} leaves"
                )
                return Said(RunReason.RUN_DOES_NOT_FIT, f"{found} {max(left, Decimal()):f}")
    return None


def _wanted(run: Sequence[Object]) -> dict[str, Decimal]:
    """What all pods of the Jobs take at one time, by the names that quotas have for it."""
    wanted: dict[str, Decimal] = {}
    for job in (one for one in run if one["kind"] == JOB.kind):
        many = job["spec"].get("parallelism", 1)
        wanted["pods"] = wanted.get("pods", Decimal()) + many
        for container in job["spec"]["template"]["spec"]["containers"]:
            for name, amount in _amounts(container["resources"]):
                wanted[name] = wanted.get(name, Decimal()) + amount * many
    return wanted


def _amounts(resources: Object) -> Iterator[tuple[str, Decimal]]:
    for kind, amounts in resources.items():
        for name, amount in amounts.items():
            yield f"{kind}.{name}", Quantity(amount).value


def _left(quota: Object) -> Iterator[tuple[str, Decimal]]:
    spec, status = quota["spec"], quota.get("status") or {}
    if spec.get("scopes") or spec.get("scopeSelector"):
        return
    used = status.get("used") or {}
    for name, most in (status.get("hard") or {}).items():
        yield name, Quantity(most).value - Quantity(used.get(name, "0")).value
