"""A long run that was interrupted goes on where it was."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.e2e.harness.resume import KEY, Resume


class Cache(dict[str, Any]):
    set = dict.__setitem__


def _config(cache: Cache, **more: object) -> Any:  # noqa: ANN401 - stands for pytest's own
    hook = SimpleNamespace(pytest_deselected=lambda **_: None)
    return SimpleNamespace(cache=cache, hook=hook, **more)


def _report(nodeid: str, outcome: str = "passed") -> Any:  # noqa: ANN401 - stands for pytest's own
    return SimpleNamespace(nodeid=nodeid, when="call", passed=outcome == "passed")


def _left(cache: Cache, *nodeids: str) -> list[str]:
    config = _config(cache)
    items: list[Any] = [SimpleNamespace(nodeid=nodeid) for nodeid in nodeids]
    Resume(config).pytest_collection_modifyitems(config, items)
    return [item.nodeid for item in items]


def test_what_passed_before_the_interruption_is_left_out() -> None:
    cache = Cache()
    begun = Resume(_config(cache))
    begun.pytest_runtest_logreport(_report("a.py::one[x]@group-1"))
    begun.pytest_runtest_logreport(_report("a.py::two", "failed"))
    begun.pytest_sessionfinish(pytest.ExitCode.INTERRUPTED)
    assert _left(cache, "a.py::one[x]", "a.py::two", "a.py::three") == ["a.py::two", "a.py::three"]


def test_after_a_run_that_came_to_its_end_all_is_run_again() -> None:
    cache = Cache({KEY: ["a.py::one"]})
    Resume(_config(cache)).pytest_sessionfinish(pytest.ExitCode.OK)
    assert _left(cache, "a.py::one") == ["a.py::one"]


def test_a_worker_notes_nothing() -> None:
    cache = Cache()
    Resume(_config(cache, workerinput={})).pytest_runtest_logreport(_report("a.py::one"))
    assert not cache
