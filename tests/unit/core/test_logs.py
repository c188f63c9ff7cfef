import pytest
import structlog

from telemetry.core.logs import _name_trace
from telemetry.core.tracing.context import carry
from tests.support.spans import TRACE, traceparent


@pytest.mark.parametrize(("carried", "named"), [(traceparent(), {"trace_id": TRACE}), (None, {})])
async def test_a_line_names_the_trace_that_it_belongs_to(carried: bytes | None, named: dict[str, str]) -> None:
    carry(carried)
    assert _name_trace(structlog.get_logger(), "info", {}) == named
