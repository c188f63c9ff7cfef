"""`--resume`: a long run that was interrupted goes on with the tests that have not passed yet.

What passed is forgotten when a run comes to its end with nothing failed.
"""

import re
from typing import Final

import pytest

KEY: Final = "e2e/passed"
_GROUP: Final = re.compile(r"@[\w-]+$")  # which xdist writes behind a test's name


class Resume:
    """Keeps the names of tests that passed in pytest's cache, and leaves those out."""

    def __init__(self, config: pytest.Config) -> None:
        self._cache = config.cache
        self._passed: set[str] = set(self._cache.get(KEY, []))
        # Reports of all workers come to the controller.
        self._is_worker = hasattr(config, "workerinput")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        passed = [item for item in items if name_of(item.nodeid) in self._passed]
        config.hook.pytest_deselected(items=passed)
        items[:] = [item for item in items if item not in passed]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed.add(name_of(report.nodeid))
            self._write(self._passed)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            self._write(set())

    def _write(self, passed: set[str]) -> None:
        if not self._is_worker:
            self._cache.set(KEY, sorted(passed))


def name_of(nodeid: str) -> str:
    return _GROUP.sub("", nodeid)
