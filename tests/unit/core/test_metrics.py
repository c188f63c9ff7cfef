import httpx
from fastapi import FastAPI
from prometheus_client import REGISTRY

from telemetry.core.metrics import RequestMetrics


def _count(route: str, status: str, method: str = "GET") -> float:
    labels = {"route": route, "method": method, "status": status}
    return REGISTRY.get_sample_value("telemetry_http_requests_total", labels) or 0.0


async def _request(method: str, path: str) -> None:
    app = FastAPI()

    @app.get("/things/{name}")
    async def thing(name: str) -> str:
        return name

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    transport = httpx.ASGITransport(RequestMetrics(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        await client.request(method, path)


async def test_requests_are_labelled_by_template_not_by_path() -> None:
    before = _count("/things/{name}", "200")
    await _request("GET", "/things/a")
    await _request("GET", "/things/b")
    assert _count("/things/{name}", "200") == before + 2


async def test_a_path_that_meets_no_route_makes_no_series_of_its_own() -> None:
    before = _count("unmatched", "404")
    await _request("GET", "/wp-admin.php")
    assert _count("unmatched", "404") == before + 1


async def test_a_method_of_the_callers_invention_makes_no_series_of_its_own() -> None:
    before = _count("unmatched", "404", method="other")
    await _request("BREW", "/pot")
    assert _count("unmatched", "404", method="other") == before + 1


async def test_nothing_stays_in_flight_after_a_failure() -> None:
    await _request("GET", "/broken")
    assert REGISTRY.get_sample_value("telemetry_http_requests_in_flight") == 0
