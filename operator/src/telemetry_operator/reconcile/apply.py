"""Writing what a plan says, in its order. A visit may be killed between any two writes: the next carries on."""

from collections.abc import Callable
from itertools import count, groupby
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

AfterWrite = Callable[[int], None]
"""Called after each write of a visit with its number, from 1; a test ends the process there."""


class NameTakenError(ConflictError):
    """An object of a name that the platform needs is not the platform's."""


class Applier:
    """Applies plans."""

    def __init__(self, cluster: Writer, *, after_write: AfterWrite | None = None) -> None:
        self._cluster = cluster
        self._after_write = after_write or _nothing

    async def apply(self, plan: Plan) -> tuple[tuple[Change, ...], tuple[Failure, ...]]:
        """What was written, and what the API server refused.

        A refusal does not stop the writes of its own step, which do not depend on one another; later ones may.
        """
        done: list[Change] = []
        failures: list[Failure] = []
        numbers = count(1)
        for _, changes in groupby(plan.changes, key=lambda change: change.step):
            for change in changes:
                try:
                    await self._write(change, plan.context)
                except UnavailableError as error:
                    return tuple(done), (*failures, Failure(change=change, error=error))
                except ClusterError as error:
                    failures.append(Failure(change=change, error=error))
                    continue
                done.append(change)
                self._after_write(next(numbers))
            if failures:
                break
        return tuple(done), tuple(failures)

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
