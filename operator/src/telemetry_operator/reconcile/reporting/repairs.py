"""How often objects had to be put back: by this a fight with somebody else is told from an accident."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_operator.reconcile.plan import Cause, Change, Visit
from telemetry_operator.resources.objects import Key

REPAIRS_OF_A_FIGHT: Final = 5
WINDOW_SECONDS: Final = 600.0


@dataclass(slots=True)
class _Repaired:
    times: deque[int] = field(default_factory=lambda: deque(maxlen=REPAIRS_OF_A_FIGHT))
    newest: Change | None = None


class Repairs:
    """What was put back lately, by platform (uid) and object; forgotten with the process, as a fight goes on."""

    def __init__(self) -> None:
        self._repaired: dict[str, dict[Key, _Repaired]] = {}

    def note(self, visit: Visit, now: int) -> None:
        """Count what a visit put back, at a moment (µs)."""
        uid = visit.observed.platform["metadata"]["uid"]
        for change in visit.done:
            if change.cause is Cause.DRIFTED:
                repaired = self._repaired.setdefault(uid, {}).setdefault(change.key, _Repaired())
                repaired.times.append(now)
                repaired.newest = change
        self._forget(now)

    def fights(self, uid: str) -> tuple[str, ...]:
        """In words, each object of a platform that is changed again and again."""
        found = sorted(self._repaired.get(uid, {}).items())
        return tuple(_told(key, repaired) for key, repaired in found if len(repaired.times) == REPAIRS_OF_A_FIGHT)

    def _forget(self, now: int) -> None:
        oldest = now - int(WINDOW_SECONDS * MICROSECONDS_PER_SECOND)
        for uid, objects in list(self._repaired.items()):
            for key, repaired in list(objects.items()):
                while repaired.times and repaired.times[0] < oldest:
                    repaired.times.popleft()
                if not repaired.times:
                    del objects[key]
            if not objects:
                del self._repaired[uid]


def _told(key: Key, repaired: _Repaired) -> str:
    change = repaired.newest
    field_, author = (change.why.partition(":")[0], change.by) if change else ("", None)
    return (
        f"{key.kind} {key.name}: {field_} was put back {REPAIRS_OF_A_FIGHT} times within "
        f"{WINDOW_SECONDS / 60:.0f} minutes, against {author or 'somebody unknown'}"
    )
