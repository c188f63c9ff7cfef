"""What a platform's programs tell of themselves on their management ports, as lines for a run's collector to keep."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import aiohttp

from telemetry_contract.settings import Component
from telemetry_loadtest.collector.lines import Counted, Line, Missed, Sampled, Value
from telemetry_operator.benchmarks.figures import Figure, sums_of
from telemetry_operator.connections import host_in_url
from telemetry_operator.reconcile.reporting.live import Pod, parse_live
from telemetry_operator.resources.naming import COMPONENT_LABEL
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.ports import MANAGEMENT_PORT
from telemetry_operator.specs.layout import components_of
from telemetry_operator.specs.platform import TelemetryPlatform

REQUEST_SECONDS: Final = 2.0
SILENT: Final = "its metrics did not answer"
SERVED: Final = Figure("in-flight", "requests")
CONSUMED: Final = Figure("lag", "records")
"""One of the figures that a program always tells: it stands for all of them where it does not answer."""


def programs_among(platform: TelemetryPlatform, pods: Sequence[Object]) -> list[Object]:
    """Pods of the platform's programs that can be asked."""
    programs = {str(one) for one in components_of(platform.spec)}
    return [
        pod
        for pod in pods
        if pod["metadata"]["labels"].get(COMPONENT_LABEL) in programs
        and pod.get("status", {}).get("podIP")
        and parse_live(pod, Pod).status.phase == "Running"
    ]


async def scrape(pods: Sequence[Object]) -> list[Line]:
    """Ask each of the pods once; one that does not answer costs its own figures."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        answers = await asyncio.gather(*(_ask(session, pod) for pod in pods))
    return [line for answer in answers for line in answer]


async def _ask(session: aiohttp.ClientSession, pod: Object) -> list[Line]:
    name, host = pod["metadata"]["name"], pod["status"]["podIP"]
    try:
        address = f"http://{host_in_url(host)}:{MANAGEMENT_PORT}/metrics"
        async with session.get(address, raise_for_status=True) as response:
            return _lines(name, time.time(), sums_of(await response.text()))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        is_consumer = pod["metadata"]["labels"][COMPONENT_LABEL] == Component.CONSUMER
        figure = CONSUMED if is_consumer else SERVED
        return [Missed(name, figure.measure, figure.unit, SILENT)]


def _lines(source: str, at: float, sums: dict[Figure, float]) -> list[Line]:
    counts = [Value(figure.measure, figure.unit, value) for figure, value in sums.items() if figure.grows]
    values = [Value(figure.measure, figure.unit, value) for figure, value in sums.items() if not figure.grows]
    return [Counted(source, at, counts), Sampled(source, at, values)]
