from contextlib import ExitStack
from pathlib import Path

from tools.bench.layout import choose_layout
from tools.bench.plans import Measured, Timing
from tools.bench.processes import Measurement, MeasurementError
from tools.bench.results import Settings
from tools.bench.rows import ROWS, Limit
from tools.bench.run import build_measurements, take
from tools.bench.site import Site

SETTINGS = Settings(timing=Timing(1, 4), repetitions=3, backlog=1000, rows=())


def fail() -> Measured:
    raise MeasurementError("Produce: a trace\nDeliveryError: broker away\n")


def test_a_measurement_that_fails_is_a_result_that_says_why() -> None:
    measured = take(Measurement("produce", 0, lambda: None, fail))
    assert (measured.rate, measured.wrong) == (0.0, {"DeliveryError: broker away": 1})


def test_a_limit_that_rows_share_is_measured_once_a_repetition_and_nothing_is_started_to_say_so() -> None:
    with ExitStack() as stack:
        found = build_measurements(Site(stack, Path("nowhere"), choose_layout([0, 1])), SETTINGS, ROWS)
    names = [(one.subject, one.connections) for one in found]
    assert len(names) == len(set(names))
    assert {limit for row in ROWS for limit in row.limits} <= {name for name, _ in names}
    assert names[0] == (Limit.EMPTY_APP, 16)


def test_every_row_is_measured_on_each_of_its_presets_and_connections() -> None:
    with ExitStack() as stack:
        found = build_measurements(Site(stack, Path("nowhere"), choose_layout([0])), SETTINGS, ROWS)
    for row in ROWS:
        for preset in row.presets:
            levels = [one.connections for one in found if one.subject == f"{row.name}/{preset}"]
            assert levels == list(row.connections or (0,))
