"""Writing what a plan says, in its order. A visit may be killed between any two writes: the next carries on."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import structlog

from telemetry_operator.cluster.errors import ClusterError, ConflictError, RefusedError, UnavailableError
from telemetry_operator.cluster.kinds import kind_named
from telemetry_operator.cluster.protocols import Writer
from telemetry_operator.reconcile.plan import Cause, Change, Failure, Plan, Verb
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import FIELD_MANAGER, MANAGED_BY, PLATFORM_LABEL
from telemetry_operator.resources.objects import Object

log = structlog.get_logger(__name__)

REPAIRER: Final = f"{FIELD_MANAGER}-repair"

AT_ONCE: Final = 4
"""New objects of one visit that are written at the same time."""

AfterWrite = Callable[[int], None]
"""Called after each write of a visit with its number, from 1; a test ends the process there."""


class NameTakenError(ConflictError):
    """An object of a name that the platform needs is not the platform's."""


@dataclass(slots=True)
class Tally:
    """The writes of one visit so far."""

    done: list[Change] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def is_away(self) -> bool:
        """Whether the API server no longer answers."""
        return any(isinstance(failure.error, UnavailableError) for failure in self.failures)


class Applier:
    """Applies plans."""

    def __init__(self, cluster: Writer, *, after_write: AfterWrite | None = None) -> None:
        self._cluster = cluster
        self._after_write = after_write or _nothing

    async def apply(self, plan: Plan) -> tuple[tuple[Change, ...], tuple[Failure, ...]]:
        """What was written, in the order in which it was taken, and what the API server refused.

        A refusal does not stop the writes of its own step, which do not depend on one another; later ones may. What is
        new is written together, since nothing runs by it yet; what changes, one by one.
        """
        tally = Tally()
        for _, step in groupby(plan.changes, key=lambda change: change.step):
            for is_new, changes in groupby(step, key=lambda change: change.cause is Cause.MISSING):
                if not tally.is_away:
                    await self._write_all(deque(changes), plan.context, tally, AT_ONCE if is_new else 1)
            if tally.failures:
                break
        return tuple(tally.done), tuple(tally.failures)

    async def _write_all(self, waiting: deque[Change], context: Context | None, tally: Tally, at_once: int) -> None:
        writers = [
            asyncio.create_task(self._write_from(waiting, context, tally)) for _ in range(min(at_once, len(waiting)))
        ]
        try:
            await asyncio.gather(*writers)
        finally:
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)

    async def _write_from(self, waiting: deque[Change], context: Context | None, tally: Tally) -> None:
        try:
            while waiting:
                change = waiting.popleft()
                try:
                    await self._write(change, context)
                except ClusterError as error:
                    tally.failures.append(Failure(change=change, error=error))
                    if tally.is_away:
                        return
                else:
                    tally.done.append(change)
                    self._after_write(len(tally.done))
        finally:
            # Who ends early, killed or not answered any more, leaves nothing to the others.
            waiting.clear()

    async def _write(self, change: Change, context: Context | None) -> None:
        log.info(
            "object-written", verb=change.verb.value, cause=change.cause.value, kind=change.key.kind,
            object=change.key.name, why=change.why, by=change.by,
        )  # fmt: skip
        if change.verb is Verb.DELETE:
            await self._delete(change.built)
        elif change.verb is Verb.CREATE:
            await self._cluster.create(change.built)
        elif change.manager is not None:
            await self._cluster.apply(change.built, manager=change.manager)
        elif change.cause is Cause.MISSING:
            await self._make(change.built, context)
        else:
            await self._apply(change.built)

    async def _make(self, built: Object, context: Context | None) -> None:
        if context is not None:
            await self._refuse_strangers(built, context)
        await self._cluster.apply(built)

    async def _apply(self, built: Object) -> None:
        """Apply; where somebody's items in a list of ours make the two together invalid, ours alone."""
        try:
            await self._cluster.apply(built)
        except RefusedError as error:
            body = {name: value for name, value in built.items() if name != "metadata"}
            metadata = {name: built["metadata"][name] for name in ("name", "namespace")}
            log.info("apply-refused", kind=built["kind"], object=metadata["name"], error=str(error))
            await self._cluster.overwrite({**body, "metadata": metadata}, manager=REPAIRER)

    async def _delete(self, head: Object) -> None:
        metadata = head["metadata"]
        await self._cluster.delete(
            kind_named(head["kind"]), metadata["namespace"], metadata["name"], uid=metadata["uid"]
        )

    async def _refuse_strangers(self, built: Object, context: Context) -> None:
        """Look before the first write: an object without our labels was not observed, and need not be ours."""
        metadata = built["metadata"]
        live = await self._cluster.get(kind_named(built["kind"]), metadata["namespace"], metadata["name"])
        if live is not None and not _is_ours(live, built, context.uid):
            raise NameTakenError(
                f"{built['kind']} {metadata['name']} exists and is not this platform's: rename it, or the platform"
            )


def _is_ours(live: Object, built: Object, uid: str) -> bool:
    metadata, labels = live["metadata"], live["metadata"].get("labels") or {}
    wanted = {**MANAGED_BY, PLATFORM_LABEL: built["metadata"]["labels"][PLATFORM_LABEL]}
    is_labelled = all(labels.get(name) == value for name, value in wanted.items())
    return is_labelled or any(owner["uid"] == uid for owner in metadata.get("ownerReferences") or ())


def _nothing(_: int) -> None:
    return
