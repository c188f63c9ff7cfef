"""`docs/metrics.md`: every metric of every program, from where it is defined, and the question that it answers.

What a program has is what it imports, so each is imported in a process of its own.
"""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from telemetry_contract.settings import Component
from tools.reference.docstrings import below_names
from tools.reference.markdown import code, page, table

SERVICES: Final = (Component.PRODUCER, Component.CONSUMER, Component.ANALYTICS)
OPERATOR: Final = "operator"
PROGRAMS: Final = (*SERVICES, OPERATOR)
INTRO: Final = """\
# Metrics

Each process tells its own on its management port, at `/metrics`, in Prometheus' text form, beside those of Python and
of the process itself (`process_*`, `python_*`). Times are in seconds. A label never holds a device or a raw path. A
counter's name is given as it is exposed, with `_total`; a histogram is exposed as `_bucket`, `_sum` and `_count`.

This page is made from the code by `make docs`.
"""
OPERATORS: Final = """\
The operator tells them on its health port, beside `/readyz` (it reaches the API server, and leads or stands by) and
`/livez`. The latter proves progress: it fails where a visit does not end, where a platform that is due is not visited,
and where a watch of the API server was not answered for longer than a watch can be; a loop that stands still does not
answer at all. An idle cluster is none of these: each watch is begun anew every two minutes. Only the leader visits.
"""
_SUFFIXES: Final = {"Counter": "_total"}
_LOOK: Final = """\
import importlib, json, sys
from prometheus_client import REGISTRY
importlib.import_module(sys.argv[1])
modules = [name for name in sys.modules if name.split(".")[0] == sys.argv[1].split(".")[0]]
metrics = [family.name for family in REGISTRY.collect() if family.name.startswith("telemetry")]
print(json.dumps({"modules": modules, "metrics": metrics}))
"""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as the code defines it; `question` is the docstring below it."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...]
    question: str

    @property
    def exposed(self) -> str:
        return self.name + _SUFFIXES.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Program:
    """What one program imports of its own package, and the names in its registry."""

    modules: frozenset[str]
    metrics: frozenset[str]


@cache
def look_at(program: str) -> Program:
    module = "telemetry_operator.operate" if program == OPERATOR else f"telemetry.{program}.__main__"
    argv = [sys.executable, "-c", _LOOK, module]
    found = json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=True, text=True).stdout)
    return Program(frozenset(found["modules"]), frozenset(found["metrics"]))


def read_metrics() -> dict[Component, list[Metric]]:
    """Return the metrics that each service's modules define, by name."""
    return {component: metrics_of(component) for component in SERVICES}


def metrics_of(program: str) -> list[Metric]:
    found = [metric for name in look_at(program).modules for metric in defined_in(name)]
    return sorted(found, key=lambda metric: metric.name)


def defined_in(module: str) -> Iterator[Metric]:
    spec = importlib.util.find_spec(module)
    source = Path(spec.origin).read_text() if spec is not None and spec.origin else ""
    for _, value, question in below_names(ast.parse(source).body):
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _KINDS:
            yield _metric(value, value.func.id, question)


def build_metrics() -> str:
    by_users: dict[tuple[Component, ...], list[Metric]] = {}
    metrics = read_metrics()
    for metric in sorted({metric for found in metrics.values() for metric in found}, key=lambda metric: metric.name):
        users = tuple(component for component in SERVICES if metric in metrics[component])
        by_users.setdefault(users, []).append(metric)
    order = sorted(by_users, key=lambda users: (-len(users), [SERVICES.index(user) for user in users]))
    services = [part for users in order for part in (f"## {_heading(users)}", _table(by_users[users]))]
    return page(INTRO, *services, "## Operator", OPERATORS, _table(metrics_of(OPERATOR)))


_ARGUMENTS: Final = ("name", "documentation", "labelnames")
_KINDS: Final = ("Counter", "Gauge", "Histogram", "Summary")


def _metric(call: ast.Call, kind: str, question: str) -> Metric:
    given: dict[str, Any] = dict(zip(_ARGUMENTS, map(ast.literal_eval, call.args), strict=False))
    given |= {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg == "labelnames"}
    return Metric(given["name"], kind, given["documentation"], tuple(given.get("labelnames", ())), question)


def _heading(users: tuple[Component, ...]) -> str:
    return "Every service" if len(users) == len(SERVICES) else " and ".join(users).capitalize()


def _table(metrics: list[Metric]) -> str:
    rows = [[code(m.exposed), m.kind.lower(), ", ".join(map(code, m.labels)), m.help, m.question] for m in metrics]
    return table(["metric", "type", "labels", "what it says", "which question it answers"], rows)
