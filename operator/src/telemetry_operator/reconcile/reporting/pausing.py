"""What a paused platform would get if it were not paused. Pure."""

from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Plan
from telemetry_operator.reconcile.planning.stamps import needs_apply
from telemetry_operator.resources.objects import SECRET


def held_back(plan: Plan, observed: Observed) -> str | None:
    """The first thing that would be done or waited for; None where there is nothing, or the platform is not paused."""
    if not plan.paused:
        return None
    if plan.waits:
        return plan.waits[0].message
    for key, wanted in plan.wanted.items():
        # What is in Secrets is not among the observed objects; a change of theirs shows in the pods' annotations.
        verdict = None if key.kind == SECRET.kind else needs_apply(wanted, observed.objects.get(key))
        if verdict is not None:
            return f"{key.kind} {key.name}: {verdict.why}"
    return f"{plan.retiring[0].kind} {plan.retiring[0].name} is no longer wanted" if plan.retiring else None
