"""What becomes of readings by their time alone, before any store looks at them."""

from collections.abc import Callable, Sequence
from typing import Final

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.partition_plan import Bounds
from telemetry_contract.identity import Identified

IN_FUTURE: Final = "its time lies in the future"

Judged = tuple[list[Outcome], dict[int, str]]  # what became of each row, and why where it is dead (by index)


def judge_within(
    rows: Sequence[Identified], within: Bounds, judge_rest: Callable[[Sequence[Identified]], Judged]
) -> Judged:
    """Decide by the bounds of time first, and leave the readings inside them to `judge_rest`."""
    verdicts = [within.verdict(row.reading.time) for row in rows]
    if not any(verdicts):
        return judge_rest(rows)
    allowed = [index for index, verdict in enumerate(verdicts) if verdict is None]
    rest, rest_reasons = judge_rest([rows[index] for index in allowed])
    places = dict(zip(allowed, rest, strict=True))
    outcomes = [places[index] if verdict is None else verdict for index, verdict in enumerate(verdicts)]
    reasons = {index: IN_FUTURE for index, end in enumerate(verdicts) if end is Outcome.DEAD}
    return outcomes, reasons | {allowed[index]: reason for index, reason in rest_reasons.items()}
