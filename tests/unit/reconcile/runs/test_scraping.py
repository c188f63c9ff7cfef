"""Asking a platform's programs for their metrics, over HTTP."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from telemetry_loadtest.collector.lines import Counted, Missed, Sampled, Value
from telemetry_operator.reconcile.runs import scraping
from telemetry_operator.reconcile.runs.scraping import SILENT, programs_among, scrape
from telemetry_operator.resources.objects import Object
from tests.support.manifests import platform_of

TOLD = "telemetry_http_requests_total 5.0\ntelemetry_http_requests_in_flight 2.0\n"


class Program:
    """A management port."""

    text = TOLD

    async def metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=self.text)


@pytest.fixture
async def program(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    made, app = Program(), web.Application()
    app.router.add_get("/metrics", made.metrics)
    async with TestServer(app) as running:
        monkeypatch.setattr(scraping, "MANAGEMENT_PORT", running.port)
        yield made


def pod(component: str = "producer", address: str | None = "127.0.0.1", phase: str = "Running") -> Object:
    metadata = {"name": f"demo-{component}-1", "labels": {"app.kubernetes.io/component": component}}
    return {"metadata": metadata, "status": {"phase": phase, **({"podIP": address} if address else {})}}


@pytest.mark.usefixtures("program")
async def test_counts_and_figures_stand_under_the_pods_name() -> None:
    counted, sampled = await scrape([pod()])
    assert isinstance(counted, Counted)
    assert isinstance(sampled, Sampled)
    assert (counted.source, counted.values) == ("demo-producer-1", [Value("requests", "1/s", 5.0)])
    assert (sampled.at, sampled.values) == (counted.at, [Value("in-flight", "requests", 2.0)])


async def test_what_cannot_be_read_is_silence(program: Program) -> None:
    program.text = "telemetry_http_requests_total many\n"
    assert await scrape([pod()]) == [Missed("demo-producer-1", "in-flight", "requests", SILENT)]


async def test_a_consumer_that_does_not_answer_hides_its_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "MANAGEMENT_PORT", 9)
    assert await scrape([pod("consumer")]) == [Missed("demo-consumer-1", "lag", "records", SILENT)]


def test_only_programs_that_run_and_have_an_address_are_asked() -> None:
    pods = [pod(), pod("analytics"), pod("postgres"), pod("prepare"), pod(phase="Pending"), pod(address=None)]
    found = programs_among(platform_of("demo", "home", architecture="baseline"), pods)
    assert [one["metadata"]["name"] for one in found] == ["demo-producer-1", "demo-analytics-1"]
