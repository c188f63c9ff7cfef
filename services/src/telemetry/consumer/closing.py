"""What a batch comes to, span by span, once it is known what became of its readings: the same for every sink."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from telemetry.consumer.batches import Batch, Span
from telemetry.consumer.dead_letters import CONFLICT, letter_of_reading, letter_of_record
from telemetry.core.dead_letters import unpack_payload
from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.ledger import Counts, DeadLetter, tally


class ClosedSpan(msgspec.Struct, frozen=True):
    """A span with what the ledger says of it, and what of it is buried."""

    span: Span
    counts: Counts
    letters: list[DeadLetter]


def close_spans(batch: Batch, outcomes: Sequence[Outcome], reasons: Mapping[int, str]) -> Iterator[ClosedSpan]:
    """Yield a batch's spans; `outcomes` are of all its rows, `reasons` of those that are dead, by index."""
    start = 0
    for span in batch.spans:
        end = start + len(span.rows)
        ours = {index - start: reason for index, reason in reasons.items() if start <= index < end}
        yield _close(span, list(outcomes[start:end]), ours)
        start = end


def _close(span: Span, outcomes: list[Outcome], reasons: dict[int, str]) -> ClosedSpan:
    conflicts = {index: CONFLICT for index, outcome in enumerate(outcomes) if outcome is Outcome.CONFLICT}
    letters = [letter_of_reading(span, index, reason) for index, reason in (reasons | conflicts).items()]
    letters += map(letter_of_record, span.undecoded)
    if span.erased:
        letters = [it for it in letters if not span.is_erased(unpack_payload(it.payload)[0], it.offset)]
    ends = outcomes + [Outcome.DEAD] * len(span.undecoded)
    return ClosedSpan(span, tally(ends, records_read=span.records, records_lost=span.lost), letters)
