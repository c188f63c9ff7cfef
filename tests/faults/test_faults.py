"""What any fault may never do: lose, double or miscount a reading, or leave the platform unable to go on."""

import msgspec
import pytest

from tests.faults.driver import run
from tests.faults.matrix import Case, cases
from tests.faults.report import NOTED, Noted
from tests.faults.stages import Stages


def param(case: Case) -> object:
    name = case.architecture.name
    marks = [pytest.mark.xdist_group(f"faults-{name}")]
    marks += [pytest.mark.long] if case.long else []
    marks += [pytest.mark.short] if case.short else []
    return pytest.param(case, id=f"{name}-{case.fault.name.replace(' ', '-')}{'-in-short' * case.short}", marks=marks)


@pytest.mark.timeout(400)  # bounded by the waits inside, each of which says what it waited for
@pytest.mark.parametrize("case", [param(case) for case in cases()])
def test_the_promise_holds(case: Case, stages: Stages, request: pytest.FixtureRequest) -> None:
    with stages.on(case.architecture) as stage:
        recoveries = run(stage, case.fault)
        noted = Noted(case.architecture.name, case.fault.name, recoveries, stage.warm, stage.memory())
    request.node.user_properties.append((NOTED, msgspec.to_builtins(noted)))
