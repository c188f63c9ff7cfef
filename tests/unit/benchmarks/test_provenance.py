"""How a run says that it can be had again."""

import shlex
import sys

import pytest

from telemetry_loadtest.results import Platform
from telemetry_operator.benchmarks.provenance import machine, provenance_of
from tests.unit.specs.test_benchmark import EVEN, parse


def test_the_command_is_kept_as_it_was_given_and_quoted_once_when_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/bin/telemetryctl", "bench", "my benchmark.yaml"])
    loaded = Platform("p", None, {}, {})
    kept = provenance_of(parse(EVEN), run="r", text="", began=0, loaded=loaded, here=machine()).command
    assert kept == ["telemetryctl", "bench", "my benchmark.yaml"]
    assert shlex.join(kept) == "telemetryctl bench 'my benchmark.yaml'"
