"""One made run and its page, shared: drawing takes a second."""

import pytest

from telemetry_loadtest.report.rendering import render_html
from telemetry_loadtest.results import Result
from tests.support.made_results import make_result


@pytest.fixture(scope="session")
def result() -> Result:
    return make_result()


@pytest.fixture(scope="session")
def page(result: Result) -> str:
    return render_html(result)
