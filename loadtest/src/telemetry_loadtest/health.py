"""Whether the generator can be believed: its own processor time, delays and losses against the limits of the plan.

A run whose generator was not well is `Invalid`, whatever it measured: late or starved, it would have measured itself.
"""

from collections.abc import Callable, Iterable
from typing import Final

from telemetry_loadtest.plan import HealthLimits, Plan
from telemetry_loadtest.results import HealthSample

_LEAST: Final = 1  # seconds that may lie beyond a limit however short the run is


def faults_of(plan: Plan, samples: Iterable[HealthSample], *, lost: Iterable[str], local_errors: int) -> list[str]:
    """Why the run is `Invalid`; nothing where the generator was well. `lost` says which workers went, and how."""
    judged = [one for one in samples if plan.warm_up_seconds <= one.at < plan.curve.seconds]
    limits = plan.health
    found = [f"{who}, and what it measured with it" for who in lost]
    if local_errors:
        found.append(f"{local_errors} connections failed for want of ports or files on the generator's own side")
    for said, limit, value in _measures(limits):
        if fault := _too_often(judged, said, limit, value, limits.share):
            found.append(fault)
    return found


def _measures(limits: HealthLimits) -> list[tuple[str, float, Callable[[HealthSample], float]]]:
    return [
        ("took {value:.0%} of a core (limit {limit:.0%})", limits.cpu, lambda one: one.cpu),
        ("stood still for {value:.0f} ms (limit {limit:.0f} ms)", limits.loop_lag, lambda one: one.loop_lag),
        (
            "was held back for {value:.0f} ms by its CPU limit (limit {limit:.0f} ms)",
            limits.loop_lag,
            lambda one: one.held_back or 0.0,
        ),
        ("began requests {value:.0f} ms late (limit {limit:.0f} ms)", limits.slip, lambda one: one.slip),
    ]


def _too_often(
    samples: list[HealthSample], said: str, limit: float, value: Callable[[HealthSample], float], share: float
) -> str | None:
    beyond = [one for one in samples if value(one) > limit]
    if len(beyond) <= max(_LEAST, share * len(samples)):
        return None
    worst = max(beyond, key=value)
    told = said.format(value=value(worst), limit=limit)
    return f"in {len(beyond)} of {len(samples)} seconds a worker {told}"
