"""The client against a server that answers as the API server does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from telemetry_operator.cluster.client import Cluster, load_configuration, path_of
from telemetry_operator.cluster.errors import (
    AlreadyExistsError,
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from telemetry_operator.cluster.kinds import PLATFORM, POD
from telemetry_operator.cluster.versions import Versions
from telemetry_operator.resources.objects import CONFIG_MAP, DEPLOYMENT, Object

BUILT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "farm"}}


class Server:
    """Remembers what it was asked; answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any, str]] = []
        self.answers: list[tuple[int, Any]] = [(200, {"metadata": {}})]
        self.pause = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path, dict(request.query), body, request.content_type))
        await asyncio.sleep(self.pause)
        status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return (
            web.json_response(answer, status=status)
            if isinstance(answer, dict)
            else web.Response(text=answer, status=status)
        )


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, app = Server(), web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app, host="127.0.0.1") as running:
        server.url = str(running.make_url("")).rstrip("/")  # type: ignore[attr-defined] # known once it runs
        yield server


@pytest.fixture
async def cluster(server: Server) -> AsyncIterator[Cluster]:
    async with ApiClient(Configuration(host=server.url)) as api:  # type: ignore[attr-defined] # see above
        yield Cluster(api, request_seconds=5)


async def test_a_list_is_read_page_by_page_and_its_items_are_whole_objects(server: Server, cluster: Cluster) -> None:
    server.answers = [
        (200, {"metadata": {"continue": "more"}, "items": [{"metadata": {"name": "a"}}]}),
        (200, {"metadata": {}, "items": [{"metadata": {"name": "b"}}]}),
    ]
    found = await cluster.list(DEPLOYMENT, "farm", labels={"a": "b", "c": "d"})
    assert [(one["kind"], one["apiVersion"], one["metadata"]["name"]) for one in found] == [
        ("Deployment", "apps/v1", "a"),
        ("Deployment", "apps/v1", "b"),
    ]
    assert [path for _, path, *_ in server.asked] == ["/apis/apps/v1/namespaces/farm/deployments"] * 2
    assert [query.get("continue") for _, _, query, *_ in server.asked] == [None, "more"]
    assert server.asked[0][2]["labelSelector"] == "a=b,c=d"


def listed(version: str, *items: str) -> tuple[int, Object]:
    return 200, {
        "metadata": {"resourceVersion": version},
        "items": [{"metadata": {"resourceVersion": it}} for it in items],
    }


async def versions_asked(server: Server, cluster: Cluster) -> list[tuple[str | None, str | None]]:
    """What a recent list asks for, request by request."""
    server.asked.clear()
    await cluster.list(CONFIG_MAP, "farm", recent=True)
    return [(query.get("resourceVersion"), query.get("resourceVersionMatch")) for _, _, query, *_ in server.asked]


async def test_the_first_list_of_a_kind_is_one_as_of_now(server: Server, cluster: Cluster) -> None:
    server.answers = [listed("40")]
    assert await versions_asked(server, cluster) == [(None, None)]
    assert await versions_asked(server, cluster) == [("40", "NotOlderThan")]


async def test_a_recent_list_is_no_older_than_what_was_read_written_or_heard_of(
    server: Server, cluster: Cluster
) -> None:
    server.answers = [listed("40", "41", "39")]
    await cluster.list(CONFIG_MAP, "farm")
    assert await versions_asked(server, cluster) == [("41", "NotOlderThan")]
    server.answers = [(200, {"kind": "ConfigMap", "metadata": {"resourceVersion": "50"}}), listed("60")]
    await cluster.apply(BUILT)
    assert await versions_asked(server, cluster) == [("50", "NotOlderThan")]
    cluster.versions.note("ConfigMap", "70")
    assert await versions_asked(server, cluster) == [("70", "NotOlderThan")]


async def test_after_a_deletion_the_list_is_one_as_of_now(server: Server, cluster: Cluster) -> None:
    server.answers = [listed("40")]
    await cluster.list(CONFIG_MAP, "farm")
    await cluster.delete(CONFIG_MAP, "farm", "a")
    assert await versions_asked(server, cluster) == [(None, None)]


async def test_an_api_server_that_lags_behind_is_asked_what_is_now(server: Server, cluster: Cluster) -> None:
    cluster.versions.note("ConfigMap", "70")
    server.answers = [
        (504, {"kind": "Status", "reason": "Timeout", "message": "Too large resource version: 70, current: 60"}),
        listed("60"),
    ]
    assert await versions_asked(server, cluster) == [("70", "NotOlderThan"), (None, None)]
    assert cluster.versions.newest("ConfigMap") == "60"


async def test_another_failure_of_a_recent_list_is_one(server: Server, cluster: Cluster) -> None:
    cluster.versions.note("ConfigMap", "70")
    server.answers = [(503, {"kind": "Status", "message": "away"})]
    with pytest.raises(UnavailableError, match="away"):
        await cluster.list(CONFIG_MAP, "farm", recent=True)


async def test_the_pages_after_the_first_are_of_its_version(server: Server, cluster: Cluster) -> None:
    cluster.versions.note("ConfigMap", "70")
    server.answers = [(200, {"metadata": {"continue": "more"}}), listed("70")]
    assert await versions_asked(server, cluster) == [("70", "NotOlderThan"), (None, None)]


def test_versions_that_are_no_numbers_are_not_compared() -> None:
    versions = Versions()
    versions.note("ConfigMap", "abc")
    assert versions.newest("ConfigMap") is None


@pytest.mark.parametrize(
    ("kind", "namespace", "path"),
    [
        (POD, None, "/api/v1/pods"),
        (POD, "farm", "/api/v1/namespaces/farm/pods"),
        (PLATFORM, "farm", "/apis/telemetry.dev/v1alpha1/namespaces/farm/telemetryplatforms"),
    ],
)
def test_paths_need_no_discovery(kind: Any, namespace: str | None, path: str) -> None:  # noqa: ANN401 - a Kind
    assert path_of(kind, namespace) == path


async def test_what_is_not_there_is_none(server: Server, cluster: Cluster) -> None:
    server.answers = [(404, {"kind": "Status", "reason": "NotFound", "message": "not found"})]
    assert await cluster.get(CONFIG_MAP, "farm", "a") is None
    assert await cluster.delete(CONFIG_MAP, "farm", "a") is False


async def test_apply_sends_the_fields_as_the_operators(server: Server, cluster: Cluster) -> None:
    await cluster.apply(BUILT)
    assert server.asked == [
        (
            "PATCH",
            "/api/v1/namespaces/farm/configmaps/a",
            {"fieldManager": "telemetry-operator", "force": "true"},
            BUILT,
            "application/apply-patch+yaml",
        )
    ]


async def test_a_deletion_names_the_very_object(server: Server, cluster: Cluster) -> None:
    assert await cluster.delete(CONFIG_MAP, "farm", "a", uid="u1")
    assert server.asked[0][3] == {"propagationPolicy": "Background", "preconditions": {"uid": "u1"}}


async def test_a_status_is_written_to_the_platform_of_this_uid_alone(server: Server, cluster: Cluster) -> None:
    platform: Object = {"metadata": {"name": "demo", "namespace": "farm", "uid": "u1", "labels": {}}, "spec": {"a": 1}}
    await cluster.patch_status(platform, {"step": "x"})
    method, path, _, body, _ = server.asked[0]
    assert (method, path) == ("PATCH", "/apis/telemetry.dev/v1alpha1/namespaces/farm/telemetryplatforms/demo/status")
    assert body["metadata"] == {"name": "demo", "namespace": "farm", "uid": "u1"}
    assert body["status"] == {"step": "x"}
    assert "spec" not in body


async def test_a_status_with_a_field_that_an_older_definition_lacks_is_merged(server: Server, cluster: Cluster) -> None:
    refusal = "failed to create typed patch object: .status.news: field not declared in schema"
    server.answers = [(500, {"kind": "Status", "message": refusal}), (200, {"metadata": {}})]
    metadata = {"namespace": "farm", "name": "demo", "uid": "u"}
    await cluster.patch_status({"metadata": metadata, "status": {"step": "x", "news": "old"}}, {"news": "new"})
    *_, body, content_type = server.asked[-1]
    assert (body, content_type) == ({"status": {"step": None, "news": "new"}}, "application/merge-patch+json")


async def test_a_benchmarks_status_is_written_to_it_as_its_own_kind(server: Server, cluster: Cluster) -> None:
    metadata = {"name": "evening", "namespace": "farm", "uid": "u1"}
    await cluster.patch_status({"kind": "TelemetryBenchmark", "metadata": metadata}, {"phase": "Queued"})
    _, path, _, body, _ = server.asked[0]
    assert path == "/apis/telemetry.dev/v1alpha1/namespaces/farm/telemetrybenchmarks/evening/status"
    assert body["kind"] == "TelemetryBenchmark"


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (404, "NotFound", NotFoundError),
        (409, "Conflict", ConflictError),
        (409, "AlreadyExists", AlreadyExistsError),
        (403, "Forbidden", ForbiddenError),
        (401, "Unauthorized", ForbiddenError),
        (422, "Invalid", RefusedError),
        (400, "BadRequest", RefusedError),
        (429, "TooManyRequests", UnavailableError),
        (500, "InternalError", UnavailableError),
        (504, "Timeout", UnavailableError),
    ],
)
async def test_an_error_says_the_api_servers_words(
    server: Server, cluster: Cluster, status: int, reason: str, kind: type[ClusterError]
) -> None:
    server.answers = [(status, {"kind": "Status", "reason": reason, "message": "the server's words"})]
    with pytest.raises(kind, match=r"the server's words \(POST /api/v1/namespaces/farm/configmaps\)") as raised:
        await cluster.create(BUILT)
    assert (raised.value.status, raised.value.reason) == (status, reason)


async def test_words_that_are_no_json_are_words_too(server: Server, cluster: Cluster) -> None:
    server.answers = [(503, "upstream is away")]
    with pytest.raises(UnavailableError, match="upstream is away"):
        await cluster.create(BUILT)


async def test_an_answer_that_does_not_come_is_not_waited_for(server: Server, cluster: Cluster) -> None:
    server.pause = 0.2
    impatient = Cluster(cluster._api, request_seconds=0.01)
    with pytest.raises(UnavailableError, match=r"no answer in 0\.01 s"):
        await impatient.get(CONFIG_MAP, "farm", "a")


async def test_who_may_not_write_may_still_look(server: Server, cluster: Cluster) -> None:
    fenced = Cluster(cluster._api, may_write=lambda: False)
    with pytest.raises(UnavailableError, match="another process may lead by now"):
        await fenced.create(BUILT)
    await fenced.get(CONFIG_MAP, "farm", "a")
    assert [method for method, *_ in server.asked] == ["GET"]


async def test_an_api_server_that_is_away_is_unavailable() -> None:
    async with ApiClient(Configuration(host="http://127.0.0.1:1")) as api:
        with pytest.raises(UnavailableError, match="cannot be reached"):
            await Cluster(api).get(CONFIG_MAP, "farm", "a")


async def test_a_kubeconfig_given_goes_before_the_pods_own_way(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - a Path
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    path = tmp_path / "config"
    path.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
        "clusters: [{name: k, cluster: {server: 'http://127.0.0.1:7'}}]\n"
        "contexts: [{name: c, context: {cluster: k, user: u}}]\nusers: [{name: u, user: {}}]\n"
    )
    assert (await load_configuration(str(path))).host == "http://127.0.0.1:7"


@pytest.mark.parametrize(("unproxied", "proxy"), [("", "http://proxy:3128"), ("10.0.0.9", None)])
async def test_the_environments_proxy_is_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unproxied: str, proxy: str | None
) -> None:
    path = tmp_path / "config"
    path.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
        "clusters: [{name: k, cluster: {server: 'http://10.0.0.9:7'}}]\n"
        "contexts: [{name: c, context: {cluster: k, user: u}}]\nusers: [{name: u, user: {}}]\n"
    )
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", unproxied)
    assert (await load_configuration(str(path))).proxy == proxy
