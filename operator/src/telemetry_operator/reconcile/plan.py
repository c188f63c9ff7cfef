"""What a visit decided to do, as data: made by `planning` from what was observed, done by `apply`, told by the status.

A visit goes through the steps in order and stops at the first that waits. What later steps made before keeps running.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from telemetry_operator.cluster.errors import ClusterError
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.objects import Key, Object
from telemetry_operator.specs.platform import TelemetryPlatform


class Step(StrEnum):
    """Steps of a visit, in their order."""

    FOUNDATION = "Foundation"
    """Accounts, Secrets, ConfigMaps, network policies."""
    SERVERS = "Servers"
    PREPARE = "Prepare"
    """Migrations and topics."""
    WORKLOADS = "Workloads"
    DRAIN = "Drain"
    """What the architecture no longer has is emptied before it goes."""
    PRUNE = "Prune"


class Verb(StrEnum):
    """What is done to an object."""

    CREATE = "Create"
    """Made by POST, only if there is none: generated Secrets, which nobody rewrites."""
    APPLY = "Apply"
    """Server-side apply under the operator's field manager."""
    LEND = "Lend"
    """Server-side apply under another of our field managers: the object given holds the lent fields alone."""
    DELETE = "Delete"


class Cause(StrEnum):
    """Why something is done."""

    MISSING = "Missing"
    """There is no such object: the first time, or because somebody deleted it."""
    CHANGED = "Changed"
    """We want something else than we last applied."""
    DRIFTED = "Drifted"
    """We want what we last applied, and somebody else changed it."""
    UNWANTED = "Unwanted"
    """The spec no longer asks for it."""
    REPLACED = "Replaced"
    """It cannot become what it should, and makes room for another."""

    @property
    def is_removal(self) -> bool:
        return self in {Cause.UNWANTED, Cause.REPLACED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write."""

    step: Step
    verb: Verb
    cause: Cause
    built: Object
    """What is sent; of a deletion only the head, with the uid of what was observed."""
    why: str = ""
    """For a person: the first difference, as a path and both values, or the reason of a deletion."""
    by: str | None = None
    """The other field manager that a drift is owed to, as far as the API server knows."""
    manager: str | None = None
    """Field manager of `Verb.LEND`."""
    rolls: bool = False
    """Whether it replaces running pods."""

    @property
    def key(self) -> Key:
        return Key(self.built["kind"], self.built["metadata"]["name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a step waits for before the next may begin."""

    step: Step
    reason: Reason
    message: str
    key: Key | None = None
    """The object waited for, whose pods may say more."""
    stuck: bool = False
    """Whether it will not come by itself: somebody must do something, and the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The spec cannot be acted on: nothing is written, and waiting does not help."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that one visit does, and what it waits for."""

    platform: TelemetryPlatform | None
    """The manifest as asked for; None where the model refuses it."""
    context: Context | None = None
    """What the objects were built from; None where nothing was built."""
    changes: tuple[Change, ...] = ()
    """In the order in which they are made; empty while the platform is paused, refused or deleted."""
    held: tuple[Change, ...] = ()
    """What would be written if the platform were not paused."""
    waits: tuple[Wait, ...] = ()
    """In the order of the steps."""
    wanted: Mapping[Key, Object] = field(default_factory=dict)
    """Every object that should stand in the end or until its step is over, as built, by key."""
    retiring: tuple[Key, ...] = ()
    """Owned objects that are no longer wanted and still stand after this visit."""
    refusal: Refusal | None = None
    paused: bool = False
    leaving: bool = False
    """Whether the platform is being deleted: garbage collection does the rest."""
    look_again_seconds: float | None = None
    """When to look again for the plan's sake; None: the slow resync is enough."""

    @property
    def step(self) -> Step | None:
        """The first step that is not over; None if all are."""
        steps = list(Step)
        unfinished = {wait.step for wait in self.waits} | {change.step for change in self.changes}
        return min(unfinished, key=steps.index, default=None)

    @property
    def is_weighty(self) -> bool:
        """Whether anything would be taken away, handed over, or made that is made once: to be decided as of now."""
        return any(change.verb is not Verb.APPLY for change in self.changes)

    @property
    def is_settled(self) -> bool:
        """Whether the cluster is as the spec says: nothing to write, nothing to wait for, nothing left over."""
        return not (self.changes or self.waits or self.retiring or self.refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A write that the API server did not take."""

    change: Change
    error: ClusterError


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit saw, decided and did: all that status, events and metrics are made from."""

    observed: Observed
    """As of before the writes."""
    plan: Plan
    done: tuple[Change, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Of one step: what fails ends the visit's writes with its step, since later ones may build on it."""
    again_seconds: float | None = None
    """When to look again where no watch would call; None: the slow resync is enough."""
