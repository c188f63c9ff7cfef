"""Platforms as processes, and telemetryctl run against their addresses."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from telemetry_operator.cli import app
from telemetry_operator.commands.target import Addresses
from tests.support.platform import RunningPlatform

Start = Callable[..., RunningPlatform]


class Ctl:
    """Runs commands for one platform."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.addresses = addresses_of(platform)

    def run(self, *arguments: str) -> Result:
        to = ["--to", self.addresses.producer, "--analytics", self.addresses.analytics]
        return CliRunner().invoke(app, [*arguments, *to, "--keys-file", str(self.addresses.keys_file)])

    def plain(self, *arguments: str) -> Any:  # noqa: ANN401 - what was printed
        return json.loads(self.run(*arguments, "-o", "json").stdout)


def addresses_of(platform: RunningPlatform) -> Addresses:
    return Addresses(platform.producer_url, platform.analytics_url, platform.directory / "keys.json")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a platform of an architecture on servers by their addresses."""
    started: list[RunningPlatform] = []

    def start_platform(architecture: str, **servers: str) -> RunningPlatform:
        platform = RunningPlatform({"architecture": architecture}, tmp_path / "platform", **servers)
        started.append(platform)
        return platform.start()

    yield start_platform
    for platform in started:
        platform.stop()
