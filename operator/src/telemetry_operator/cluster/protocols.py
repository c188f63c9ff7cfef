"""What parts of the operator need of the cluster, so that tests can stand in for it."""

from collections.abc import Mapping
from typing import Protocol

from telemetry_operator.resources.objects import Kind, Object


class Reader(Protocol):
    """Looks, and touches nothing."""

    async def list(
        self,
        kind: Kind,
        namespace: str | None,
        *,
        labels: Mapping[str, str] | None = None,
        fields: str = "",
        recent: bool = False,
    ) -> tuple[Object, ...]: ...

    async def get(self, kind: Kind, namespace: str, name: str) -> Object | None: ...


class Writer(Reader, Protocol):
    """Changes objects; what it may raise is told in `client.Cluster`."""

    async def create(self, built: Object) -> Object: ...

    async def apply(self, built: Object, *, force: bool = True, manager: str = ...) -> Object: ...

    async def overwrite(self, built: Object, *, manager: str) -> Object: ...

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str | None = None) -> bool: ...


class StatusWriter(Protocol):
    """Writes the status of an object of one of our kinds."""

    async def patch_status(self, subject: Object, status: Object) -> Object: ...
