"""A plan in the making: what is wanted, compared with what is there, object by object."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Cause, Change, Step, Verb, Wait
from telemetry_operator.reconcile.planning.stamps import needs_apply
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.objects import SECRET, Key, Object, key_of


@dataclass(slots=True)
class Draft:
    """Changes and waits so far, in their order."""

    observed: Observed
    changes: list[Change] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)

    def live(self, key: Key) -> Object | None:
        """The object as it is there, of a Secret with its data."""
        live = self.observed.objects.get(key)
        if live is None or key.kind != SECRET.kind:
            return live
        data = self.observed.secrets.get(key.name, {})
        return {**live, "data": {name: b64encode(value.encode()).decode() for name, value in data.items()}}

    def add(self, changes: Iterable[Change]) -> None:
        self.changes.extend(changes)

    def wait(self, step: Step, reason: Reason, message: str, *, key: Key | None = None, stuck: bool = False) -> None:
        self.waits.append(Wait(step=step, reason=reason, message=message, key=key, stuck=stuck))

    def lend(self, step: Step, built: Object, manager: str, why: str) -> None:
        """Plan to apply fields as another of our field managers, which has no others of the object."""
        change = Change(step=step, verb=Verb.LEND, cause=Cause.CHANGED, built=built, why=why, manager=manager)
        self.changes.append(change)

    def delete(self, step: Step, live: Object, why: str, *, cause: Cause = Cause.UNWANTED) -> None:
        self.changes.append(Change(step=step, verb=Verb.DELETE, cause=cause, built=head_of(live), why=why))

    def want(self, step: Step, wanted: Object) -> bool:
        """Plan what brings a stamped object about; whether it stands already."""
        key = key_of(wanted)
        live = self.live(key)
        if live is not None and live["metadata"].get("deletionTimestamp"):
            self.wait(step, Reason.APPLYING, f"{key.kind} {key.name} is being deleted and comes back after", key=key)
            return False
        verdict = needs_apply(wanted, live)
        if verdict is None:
            return True
        self.changes.append(
            Change(
                step=step,
                verb=Verb.APPLY,
                cause=verdict.cause,
                built=wanted,
                why=verdict.why,
                by=verdict.by,
                rolls=verdict.rolls,
            )
        )
        return False


def head_of(live: Object) -> Object:
    """What tells this very object, by its uid, from one of the same name that comes after it."""
    metadata = {name: live["metadata"][name] for name in ("name", "namespace", "uid")}
    return {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": metadata}
