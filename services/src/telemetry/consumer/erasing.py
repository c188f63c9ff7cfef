"""Orders to erase a device, in their turn in the log: what stood before them goes, what stands behind them is new."""

from collections.abc import Callable, Iterator, Sequence

from telemetry.consumer.batches import Batch, Erased
from telemetry.core.verdicts import Judged
from telemetry_contract.identity import Identified


def judge_in_turn(
    batch: Batch,
    rows: Sequence[Identified],
    judge: Callable[[Sequence[Identified]], Judged],
    erase: Callable[[Erased], None],
) -> Judged:
    """Judge a batch's rows in the order of its log, and erase in between; without an order all of them at once."""
    judged: Judged = ([], {})
    outcomes, reasons = judged
    start = 0
    for end, order in steps(batch):
        found, why = judge(rows[start:end])
        outcomes += found
        reasons.update({start + index: reason for index, reason in why.items()})
        if order is not None:
            erase(order)
        start = end
    return judged


def steps(batch: Batch) -> Iterator[tuple[int, Erased | None]]:
    """Yield up to which of all the batch's rows each step goes, and the order behind it; the last has none."""
    base = 0
    for span in batch.spans:
        for order in span.erased:
            yield base + order.start, order
        base += len(span.rows)
    yield base, None
