"""Stages for faults, and the report of how long platforms took to recover, at the end of a run of these tests."""

from collections.abc import Iterator

import msgspec
import pytest
from _pytest.terminal import TerminalReporter

from tests.faults.report import NOTED, Noted, lines_of, write
from tests.faults.stages import Stages


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    built = Stages(tmp_path_factory.mktemp("faults"))
    yield built
    built.close()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    properties = [it for report in terminalreporter.getreports("passed") for it in report.user_properties]
    noted = [msgspec.convert(value, Noted) for name, value in properties if name == NOTED]
    if noted:
        terminalreporter.section("recovery")
        for line in lines_of(noted):
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"\nAll figures: {write(noted)}")
