"""The other side of a run's books: what the platform says that it stores of the run's own devices.

Acknowledged ⊆ stored ⊆ sent. A count and a digest say whether all is there; readings that were sent and never decided
are looked for one by one, for each may rightly be stored or not.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Final

from telemetry_contract.identity import Digest, digest_of
from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_loadtest.measured import Trial
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Books, Tally
from telemetry_loadtest.windows import Accounts
from telemetry_operator.client.query import Analytics, Span

GROUP: Final = 50  # devices in one question
MARGIN: Final = 600 * MICROSECONDS_PER_SECOND  # around the run: its devices are nobody else's
SETTLING: Final = 5.0  # seconds
PAUSE: Final = 0.5  # seconds between two looks


async def close_run(plan: Plan, accounts: Accounts, begin: float, analytics: Analytics, patience: float) -> Books:
    """Compare until all is visible, for at most `patience` seconds; `begin` is in seconds since the epoch.

    Raises:
        QueryError: analytics does not answer.
    """
    end = int(time.time() * MICROSECONDS_PER_SECOND) + MARGIN
    return await _close(plan, accounts, Span(_microseconds(begin) - MARGIN, end), analytics, patience)


async def close_trials(plan: Plan, trials: Sequence[Trial], analytics: Analytics, patience: float) -> list[Books]:
    """Compare trial by trial, each in its own span of time; `patience` is for all of them together.

    Raises:
        QueryError: analytics does not answer.
    """
    deadline, found = time.monotonic() + patience, list[Books]()
    for one in trials:
        begin = max(_microseconds(one.after) + 1, _microseconds(one.measured.begin) - MARGIN)
        span, left = Span(begin, _microseconds(one.until) + 1), max(deadline - time.monotonic(), 0.0)
        found.append(await _close(plan, one.measured.accounts, span, analytics, left))
    return found


async def _close(plan: Plan, accounts: Accounts, span: Span, analytics: Analytics, patience: float) -> Books:
    devices = [*plan.device_names, plan.probe_name]
    began = time.monotonic()
    while True:
        stored = await _stored(devices, span, analytics)
        found = await _found(accounts, analytics) if stored != accounts.acknowledged else []
        expected = accounts.acknowledged + digest_of(found)
        waited = time.monotonic() - began
        # What is missing may yet come; what is too much stays, once a moment has passed for the undecided to settle.
        if stored == expected or waited >= (patience if stored.count < expected.count else min(patience, SETTLING)):
            return _books(accounts, stored, expected, len(found), waited)
        await asyncio.sleep(PAUSE)


def _books(accounts: Accounts, stored: Digest, expected: Digest, found: int, waited: float) -> Books:
    return Books(
        sent=_tally(accounts.sent),
        acknowledged=_tally(accounts.acknowledged),
        stored=_tally(stored),
        acknowledged_as={str(kind): many for kind, many in accounts.acknowledged_as.items()},
        uncertain=accounts.uncertain_count,
        found=found,
        missing=max(expected.count - stored.count, 0),
        surplus=max(stored.count - expected.count, 0),
        drain_seconds=round(waited, 3),
        closed=stored == expected,
    )


async def _stored(devices: Sequence[str], span: Span, analytics: Analytics) -> Digest:
    digests = [await analytics.digest(group, span) for group in _groups(devices)]
    return sum(digests, Digest())


async def _found(accounts: Accounts, analytics: Analytics) -> list[bytes]:
    """Identities of the undecided readings that are stored."""
    return [
        one.identity
        for one in accounts.uncertain
        if await _is_stored(one.device, one.time, one.identity.hex(), analytics)
    ]


async def _is_stored(device: str, at: int, identity: str, analytics: Analytics) -> bool:
    return any([one.identity == identity async for one in analytics.readings(device, Span(at, at + 1))])


def _groups(devices: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(devices), GROUP):
        yield list(devices[start : start + GROUP])


def _microseconds(seconds: float) -> int:
    return round(seconds * MICROSECONDS_PER_SECOND)


def _tally(digest: Digest) -> Tally:
    return Tally(digest.count, digest.hex)
