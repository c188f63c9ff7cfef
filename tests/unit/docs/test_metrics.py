import re
from functools import cache
from pathlib import Path

import pytest
from tools.reference.metrics import PROGRAMS, Metric, Program, defined_in, look_at

from tests.unit.docs.markdown import FILES, code_spans

METRIC = re.compile(r"telemetry_(?!(?:contract|operator|loadtest)\b)[a-z_]+")
SUFFIXES = ("_total", "_bucket", "_sum", "_count", "")

pytestmark = pytest.mark.xdist_group("metrics")  # each program is started once to be looked at
look = cache(look_at)


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> Program:
    return look(request.param)


@pytest.fixture(scope="module")
def metrics(program: Program) -> list[Metric]:
    return [metric for module in program.modules for metric in defined_in(module)]


def test_each_metric_that_a_program_exposes_is_found(program: Program, metrics: list[Metric]) -> None:
    assert {metric.name for metric in metrics} == program.metrics


def test_each_metric_says_which_question_it_answers(metrics: list[Metric]) -> None:
    unasked = [metric.name for metric in metrics if not metric.question]
    assert unasked == [], "put the question below the metric as a docstring, then: make docs"


def test_each_metric_says_what_it_is(metrics: list[Metric]) -> None:
    assert [metric.name for metric in metrics if not metric.help] == []


@pytest.fixture(scope="module")
def exposed() -> set[str]:
    names = {name for program in PROGRAMS for name in look(program).metrics}
    return {name + suffix for name in names for suffix in SUFFIXES}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_metric_that_is_named_exists(path: Path, exposed: set[str]) -> None:
    assert {span for span in code_spans(path) if METRIC.fullmatch(span)} <= exposed
