"""kopf, as far as the operator needs it: watches that are kept up, and events that are routed.

It runs embedded in our loop, alone (the Lease decides who leads, not kopf's peering), looks for no namespaces or kinds
beside those it is told, and writes nothing: neither progress nor finalizers nor Events.
"""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
import kopf

from telemetry_operator.cluster.client import path_of
from telemetry_operator.cluster.kinds import BENCHMARK, COMPARISON, PLATFORM
from telemetry_operator.controller.signals import heed_signals
from telemetry_operator.controller.watches import INACTIVITY_SECONDS, WATCH_SECONDS, Watches
from telemetry_operator.handlers import PARTS, selector_of_kind
from telemetry_operator.resources.naming import MANAGED_BY

ANNOTATIONS: Final = "operator.telemetry.dev"
"""Prefix of whatever kopf may ever write into an object."""
CONNECT_SECONDS: Final = 10.0
REQUEST_SECONDS: Final = 30.0
ATTEMPTS: Final = (1, 2, 4, 8)  # seconds between them; what is refused for longer is refused
CHUNK: Final = 500  # objects of one answer to a list
_TOKEN_FILE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


def watched_paths(namespaces: Sequence[str]) -> list[str]:
    """Paths of the lists that are watched: of each kind one in each namespace, or one of the whole cluster."""
    places: Sequence[str | None] = namespaces or (None,)
    return [path_of(kind, place) for kind in (PLATFORM, BENCHMARK, COMPARISON, *PARTS) for place in places]


def build_settings(
    *, watch_seconds: float = WATCH_SECONDS, inactivity_seconds: float = INACTIVITY_SECONDS
) -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.peering.standalone = True
    settings.posting.enabled = False
    settings.scanning.disabled = True
    settings.process.ultimate_exiting_timeout = None
    settings.networking.connect_timeout = CONNECT_SECONDS
    settings.networking.request_timeout = REQUEST_SECONDS
    settings.networking.error_backoffs = ATTEMPTS
    settings.watching.server_timeout = watch_seconds
    settings.watching.inactivity_timeout = inactivity_seconds
    settings.watching.chunk_size = CHUNK
    for kind in PARTS:
        # The API server sends only what is ours: no stranger's Secret reaches this process.
        selector = ",".join(f"{name}={value}" for name, value in MANAGED_BY.items())
        settings.watching.label_selectors[selector_of_kind(kind)] = selector
    settings.persistence.finalizer = f"{ANNOTATIONS}/finalizer"
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=ANNOTATIONS)
    settings.persistence.diffbase_storage = _NoDifferences(prefix=ANNOTATIONS)
    return settings


class _NoDifferences(kopf.AnnotationsDiffBaseStorage):
    """For each event kopf copies the object twice, to compare it with the one before: here nobody asks for that."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[kopf.FieldSpec] | None = None) -> kopf.BodyEssence:  # noqa: ARG002
        return kopf.BodyEssence()


async def watch(
    registry: kopf.OperatorRegistry,
    settings: kopf.OperatorSettings,
    namespaces: Sequence[str],
    watches: Watches,
    *,
    stop: asyncio.Event,
) -> None:
    """Keep all watches up; ends with an error where one of them cannot be. `stop` is set by SIGTERM."""

    @kopf.on.login(registry=registry)
    async def log_in(**_: Any) -> kopf.AiohttpSession:  # noqa: ANN401
        return open_session(settings, watches)

    tasks = await kopf.spawn_tasks(
        registry=registry,
        settings=settings,
        standalone=True,
        clusterwide=not namespaces,
        namespaces=namespaces,
    )
    # kopf has made the signals its own.
    heed_signals(stop)
    # Not by kopf's own end: where one watch is refused it closes the session under the others, which try for ever.
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


def open_session(settings: kopf.OperatorSettings, watches: Watches) -> kopf.AiohttpSession:
    """A session of our own, so that watches can be noted and a token that was renewed is used.

    Raises:
        kopf.LoginError: neither in a pod nor beside a kubeconfig.
    """
    found = kopf.login_with_service_account(settings=settings) or kopf.login_with_kubeconfig(settings=settings)
    if found is None:
        raise kopf.LoginError("found neither a ServiceAccount's token nor a kubeconfig: set KUBECONFIG")
    verification = found.as_ssl_context()
    # As in `cluster.client`: the chain and the name are enough.
    verification.verify_flags &= ~ssl.VERIFY_X509_STRICT
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=verification),
        headers=found.as_http_headers(),
        middlewares=(watches.note, *((_renew_token,) if _TOKEN_FILE.exists() else ())),
    )
    return kopf.AiohttpSession(server=found.server, aiohttp_session=session)


async def _renew_token(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    # A few times a minute: kubelet writes a new token there before the old one expires.
    token = await asyncio.to_thread(_TOKEN_FILE.read_text)
    request.headers["Authorization"] = f"Bearer {token.strip()}"
    return await handler(request)
