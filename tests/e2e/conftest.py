"""Fixtures of the tests that need a cluster: the operator once for all, a namespace for each, evidence on failure."""

import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from tools.cluster.contexts import Context, current_context
from tools.cluster.kubectl import Kubectl
from tools.cluster.release import Release

from telemetry_operator.local.files import exclusive
from tests.conftest import OWNS_SERVERS, SERVERS
from tests.e2e.harness.evidence import gather
from tests.e2e.harness.namespaces import deploy as deploy_case
from tests.e2e.harness.namespaces import own_namespace
from tests.e2e.harness.platforms import Platform
from tests.e2e.harness.resume import Resume

HERE: Final = Path(__file__).parent
SYSTEM: Final = "telemetry-e2e"

Deploy = Callable[..., Platform]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--resume", action="store_true", help="leave out what passed before the run was interrupted")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--resume", default=False):
        config.pluginmanager.register(Resume(config))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the cluster says to the report of a test that failed in a namespace of its own."""
    report = yield
    values = getattr(item, "funcargs", {}).values()
    places = [value for value in values if isinstance(value, Kubectl) and value.namespace != "default"]
    if report.failed and report.when in {"setup", "call"} and places:
        report.sections += gather(places[0], places[0].within(SYSTEM))
    return report


@pytest.fixture(scope="session")
def context() -> Context:
    return current_context()


@pytest.fixture(scope="session")
def kubectl(context: Context) -> Kubectl:
    return Kubectl(context)


@pytest.fixture(scope="session")
def release(kubectl: Kubectl, pytestconfig: pytest.Config) -> Release:
    """The operator of the whole cluster: installed by the worker that first needs it, uninstalled by the controller."""
    release = Release(kubectl.within(SYSTEM), "telemetry")
    note = _note(pytestconfig)
    with exclusive(note.with_suffix(".lock")):
        if not note.exists():
            release.refuse_others()
            release.install()
            note.touch()
    return release


def pytest_sessionfinish(session: pytest.Session) -> None:
    note = _note(session.config)
    if session.config.stash.get(OWNS_SERVERS, False) and note.exists():
        note.unlink()
        release = Release(Kubectl(current_context(), SYSTEM), "telemetry")
        release.uninstall()
        release.kubectl.delete("namespace", SYSTEM, "--wait=false")


def _note(config: pytest.Config) -> Path:
    return Path(tempfile.gettempdir()) / f"telemetry-e2e-{config.stash[SERVERS].controller}.installed"


@pytest.fixture
def place(kubectl: Kubectl) -> Iterator[Kubectl]:
    """A namespace of this test alone."""
    with own_namespace(kubectl) as own:
        yield own


@pytest.fixture
def deploy(place: Kubectl, release: Release) -> Deploy:
    """Applies a case in the test's namespace and returns its platform: `deploy("case", replicas=...)`."""
    return partial(deploy_case, place)
