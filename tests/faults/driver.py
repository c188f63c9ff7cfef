"""A fault from beginning to end: load, fault, recovery, and the verdict once everything is answered."""

from tests.faults.load import Load
from tests.faults.matrix import Fault
from tests.faults.probe import Recovery, recover
from tests.faults.stage import Stage
from tests.faults.verdict import check


def run(stage: Stage, fault: Fault) -> list[Recovery]:
    """Let a fault happen to a stage under load, hold the platform to its promises, and return how it recovered."""
    recoveries = []
    with Load(stage.platform, f"load-{next(stage.numbers)}") as load:
        load.until_more()
        for _ in range(fault.rounds):
            since = fault.act(stage)
            recoveries.append(recover(stage, since))
            stage.until_ready()
            load.until_more()
    while stage.afterwards:
        stage.afterwards.pop()()
    check(stage, load)
    return recoveries
