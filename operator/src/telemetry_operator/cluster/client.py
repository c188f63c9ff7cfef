"""A small client of the API server: plain objects in and out, each request bounded in time.

It sends requests through `kubernetes.aio`'s ApiClient and leaves the rest of that library alone: its dynamic client
would discover kinds that are known here, and its generated classes take seconds and hundreds of MiB to load.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config.incluster_config import load_incluster_config
from kubernetes.aio.config.kube_config import load_kube_config

from telemetry_operator.cluster.errors import NotFoundError, UnavailableError, error_of
from telemetry_operator.cluster.kinds import PLATFORM, kind_named
from telemetry_operator.cluster.versions import Versions
from telemetry_operator.resources.naming import FIELD_MANAGER
from telemetry_operator.resources.objects import Kind, Object

REQUEST_SECONDS: Final = 15.0
CONNECTIONS: Final = 64
PAGE: Final = 500  # objects per answer to a list

APPLY: Final = "application/apply-patch+yaml"
MERGE: Final = "application/merge-patch+json"
JSON: Final = "application/json"
UNDECLARED: Final = "field not declared in schema"
"""What the API server says, with status 500, of a field that is applied and that the definition does not have."""
TOO_NEW: Final = "Too large resource version"
"""What an API server says that lags behind, or whose etcd was restored from a backup."""

Propagation = Literal["Background", "Foreground", "Orphan"]


async def load_configuration(kubeconfig: str | None = None, context: str | None = None) -> Configuration:
    """How to reach the API server.

    A kubeconfig given goes first; inside a pod it is the ServiceAccount, whose token is read again before it expires.
    """
    configuration = Configuration()
    if kubeconfig is None and "KUBERNETES_SERVICE_HOST" in os.environ:
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call] # as it comes
    else:
        await load_kube_config(  # type: ignore[no-untyped-call] # as it comes
            config_file=kubeconfig, context=context, client_configuration=configuration
        )
    configuration.connection_pool_maxsize = CONNECTIONS
    # Python 3.13 wants more of a CA than the chain and the name, and not every cluster's has it; no other client asks.
    configuration.disable_strict_ssl_verification = True
    # Once, not in a thread for each request, as a session does that trusts its environment.
    configuration.proxy = _proxy_to(configuration.host)
    configuration.client_session_kwargs = {"trust_env": False}
    return configuration


@asynccontextmanager
async def connect(
    configuration: Configuration, *, may_write: Callable[[], bool] | None = None
) -> AsyncIterator["Cluster"]:
    """A client of its own connections; `may_write` is asked before each write."""
    async with ApiClient(configuration) as api:
        yield Cluster(api, may_write=may_write)


class Cluster:
    """The API server, as far as the operator speaks to it.

    Each method raises a `ClusterError`; those that say less are told below.
    """

    def __init__(
        self,
        api: ApiClient,
        *,
        request_seconds: float = REQUEST_SECONDS,
        may_write: Callable[[], bool] | None = None,
    ) -> None:
        self._api = api
        self._may_write = may_write or _always
        self._request_seconds = request_seconds
        self.versions = Versions()

    async def list(
        self,
        kind: Kind,
        namespace: str | None,
        *,
        labels: Mapping[str, str] | None = None,
        fields: str = "",
        recent: bool = False,
    ) -> tuple[Object, ...]:
        """Objects of one namespace, or of all, as of now; `recent`: as new as all that is known here, and sooner."""
        path = path_of(kind, namespace)
        query = _present({"labelSelector": _selector(labels or {}), "fieldSelector": fields, "limit": str(PAGE)})
        page = await (self._first_recent if recent else self._first_now)(kind, path, query)
        found = _items_of(kind, page)
        while _continued(page):
            page = await self._request("GET", path, query | _continued(page))
            found += _items_of(kind, page)
        for one in found:
            self._note(one)
        return tuple(found)

    async def _first_now(self, kind: Kind, path: str, query: dict[str, str]) -> Object:
        page = await self._request("GET", path, query)
        self.versions.begin(kind.kind, page["metadata"].get("resourceVersion") or "")
        return page

    async def _first_recent(self, kind: Kind, path: str, query: dict[str, str]) -> Object:
        version = self.versions.newest(kind.kind)
        if version is None:
            return await self._first_now(kind, path, query)
        try:
            bound = {"resourceVersion": version, "resourceVersionMatch": "NotOlderThan"}
            return await self._request("GET", path, query | bound)
        except UnavailableError as error:
            if TOO_NEW not in str(error):
                raise
            self.versions.forget(kind.kind)
            return await self._first_now(kind, path, query)

    async def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """The object, or None where there is none."""
        try:
            return await self._request("GET", path_of(kind, namespace, name))
        except NotFoundError:
            return None

    async def create(self, built: Object) -> Object:
        """The object as it stands now.

        Raises:
            AlreadyExistsError: one of this name stands already, and is left as it is.
        """
        path = path_of(kind_named(built["kind"]), built["metadata"]["namespace"])
        return self._note(await self._request("POST", path, {"fieldManager": FIELD_MANAGER}, built))

    async def apply(self, built: Object, *, force: bool = True, manager: str = FIELD_MANAGER) -> Object:
        """Server-side apply: make or change the object so that the fields given are ours and as given.

        With `metadata.uid` or `metadata.resourceVersion` in it, an object of another uid or version is a ConflictError.
        """
        path = path_of(kind_named(built["kind"]), built["metadata"]["namespace"], built["metadata"]["name"])
        query = {"fieldManager": manager, "force": str(force).lower()}
        return self._note(await self._request("PATCH", path, query, built, content_type=APPLY))

    async def overwrite(self, built: Object, *, manager: str) -> Object:
        """Make the fields given as given, lists as a whole: items of others in them are lost."""
        path = path_of(kind_named(built["kind"]), built["metadata"]["namespace"], built["metadata"]["name"])
        return self._note(await self._request("PATCH", path, {"fieldManager": manager}, built, content_type=MERGE))

    async def delete(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        *,
        uid: str | None = None,
        propagation: Propagation = "Background",
    ) -> bool:
        """Whether there was such an object; with a uid, one of another uid is a ConflictError."""
        options: Object = {"propagationPolicy": propagation}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        try:
            await self._request("DELETE", path_of(kind, namespace, name), body=options)
        except NotFoundError:
            return False
        finally:
            # Nothing says at which version it went: the next list of its kind is one as of now.
            self.versions.forget(kind.kind)
        return True

    async def patch_status(self, subject: Object, status: Object) -> Object:
        """Make `status` all of the status that is ours, of an object of one of our kinds; of this uid alone."""
        kind, metadata = kind_named(subject.get("kind", PLATFORM.kind)), subject["metadata"]
        head = {key: metadata[key] for key in ("namespace", "name", "uid")}
        body = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": head, "status": status}
        path = path_of(kind, head["namespace"], head["name"]) + "/status"
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        try:
            return await self._request("PATCH", path, query, body, content_type=APPLY)
        except UnavailableError as error:
            if UNDECLARED not in str(error):
                raise
        # The definition is older than this operator. Applying wants every field declared; merging leaves them out.
        merged = {**dict.fromkeys(subject.get("status") or {}), **status}
        query = {"fieldManager": FIELD_MANAGER}
        return await self._request("PATCH", path, query, {"status": merged}, content_type=MERGE)

    def _note(self, seen: Object) -> Object:
        self.versions.note(seen.get("kind") or "", seen["metadata"].get("resourceVersion") or "")
        return seen

    async def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Object | None = None,
        *,
        content_type: str = JSON,
    ) -> Object:
        if method != "GET" and not self._may_write():
            raise UnavailableError(f"nothing is written any more: another process may lead by now ({method} {path})")
        request = await self._api.param_serialize(
            method,
            path,
            query_params=list((query or {}).items()),
            header_params={"Accept": JSON, "Content-Type": content_type},
            body=body,
            auth_settings=["BearerToken"],
        )
        status, text = await self._exchange(request, f"{method} {path}")
        answer = _parse(text)
        if status > 299:  # noqa: PLR2004 - the last status of success
            raise error_of(status, answer, f"{method} {path}")
        return answer

    async def _exchange(self, request: tuple[Any, ...], called: str) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self._request_seconds):
                response = await self._api.call_api(*request)
                return response.status, await response.read()  # type: ignore[no-untyped-call] # as it comes
        except TimeoutError as error:
            raise UnavailableError(f"no answer in {self._request_seconds:g} s ({called})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise UnavailableError(f"the API server cannot be reached: {error} ({called})") from error


def _always() -> bool:
    return True


def _proxy_to(address: str) -> str | None:
    """The proxy that the environment names for the API server."""
    parts = urlsplit(address)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def path_of(kind: Kind, namespace: str | None, name: str = "") -> str:
    root = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.api_version}"
    place = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{place}/{kind.plural}" + (f"/{name}" if name else "")


def _items_of(kind: Kind, page: Object) -> list[Object]:
    # A list's items come without these two; they are an object's head everywhere else.
    return [{"apiVersion": kind.api_version, "kind": kind.kind, **item} for item in page.get("items") or ()]


def _selector(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def _present(query: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in query.items() if value}


def _continued(page: Object) -> dict[str, str]:
    return _present({"continue": page["metadata"].get("continue") or ""})


def _parse(text: bytes) -> Object:
    """A JSON object; a proxy's or an overloaded server's plain words as a `Status` that says them."""
    try:
        answer = msgspec.json.decode(text)
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {"message": text.decode(errors="replace").strip()}
