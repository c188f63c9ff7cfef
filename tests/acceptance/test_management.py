"""What an operator of the platform sees of each process: health, metrics, logs, configuration."""

import json
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from telemetry_contract.settings import Component
from tests.support.platform import RunningPlatform


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_every_process_has_its_management_port(platform: RunningPlatform, path: str) -> None:
    for component in platform.components:
        assert httpx.get(f"{platform.process(component).management_url}{path}").status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_management_is_not_on_the_public_ports(platform: RunningPlatform, path: str) -> None:
    for url in (platform.producer_url, platform.analytics_url):
        assert httpx.get(f"{url}{path}").status_code == 404


def test_requests_are_counted_by_template(platform: RunningPlatform, device: str, at: Callable[[float], str]) -> None:
    labels = {"route": "/api/v1/devices/{device}/readings", "method": "POST", "status": str(platform.accepted[0])}
    producer = platform.process(Component.PRODUCER)
    before = producer.metric("telemetry_http_requests_total", **labels)
    platform.send(device, {"time": at(0), "metrics": {"a": 1}}).raise_for_status()
    assert producer.metric("telemetry_http_requests_total", **labels) == before + 1
    assert device not in httpx.get(f"{producer.management_url}/metrics").text


def test_every_log_line_is_json_with_an_event_and_its_component(platform: RunningPlatform) -> None:
    for component in platform.components:
        for line in platform.process(component).log.read_text().splitlines():
            record = json.loads(line)
            assert record["event"]
            assert record["component"] == component.value


def test_the_configuration_is_printed_without_secrets(platform: RunningPlatform) -> None:
    for component in platform.components:
        process = platform.process(component)
        printed = subprocess.run(
            [sys.executable, "-m", f"telemetry.{component}", "--print-config"],
            env=process.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"TELEMETRY_PLATFORM={platform.platform.metadata.name}" in printed
        passwords = [url.split(":")[2].split("@")[0] for url in process.environment.values() if "@" in url]
        assert not [password for password in passwords if password in printed]
