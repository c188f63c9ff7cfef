"""A comparison's result as ConfigMaps that go with it, and back. Pure."""

from collections.abc import Sequence
from typing import Final

from telemetry_loadtest.comparison_results import Comparison, decode_comparison, encode_comparison
from telemetry_operator.reconcile.runs.storing import Place, build_parts, join_parts
from telemetry_operator.resources.comparison import COMPARISON_LABEL
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.benchmark_status import ResultStatus

PLACE: Final = Place(COMPARISON_LABEL, "comparison-result")


def build_comparison_results(comparison: Object, result: Comparison) -> tuple[tuple[Object, ...], ResultStatus]:
    """The objects that keep a result, and what the status says of them."""
    return build_parts(comparison, encode_comparison(result), PLACE)


def read_comparison_results(kept: ResultStatus, objects: Sequence[Object]) -> Comparison:
    """The result that ConfigMaps hold, given in their order.

    Raises:
        NotAResultError: they are not as they were written.
        NotAComparisonError: they are of a release that wrote them otherwise.
    """
    return decode_comparison(join_parts(kept, objects))
