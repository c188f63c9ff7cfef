"""`python -m tools.bench.measure`: one measurement; the plan on standard input, the result on standard output."""

import sys
from collections.abc import Callable
from typing import Any, Final

import msgspec

from tools.bench.limits import (
    measure_groups,
    measure_pipeline,
    measure_produce,
    measure_rows,
    measure_select,
    produce_backlog,
)
from tools.bench.load import measure_http
from tools.bench.plans import AnyPlan, Backlog, Groups, Http, Measured, Pipeline, Plan, Produce, Rows, Select

MEASURES: Final[dict[type[Plan], Callable[[Any], Measured]]] = {
    Http: measure_http,
    Produce: measure_produce,
    Backlog: produce_backlog,
    Groups: measure_groups,
    Rows: measure_rows,
    Select: measure_select,
    Pipeline: measure_pipeline,
}


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=AnyPlan)
    sys.stdout.buffer.write(msgspec.json.encode(MEASURES[type(plan)](plan)))


if __name__ == "__main__":
    main()
