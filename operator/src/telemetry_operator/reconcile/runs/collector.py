"""A run's collector: what it saw of the servers, and what the operator has it keep of pods and autoscalers.

Neither holds a run up: a collector that does not answer is a reason in the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from telemetry_loadtest.collector.lines import LINES_PATH, Line, Missed, decode_lines, encode_line
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.talking import (
    ASKING_SECONDS,
    FETCHING_SECONDS,
    Address,
    SilentPodError,
    address_in,
    call,
)
from telemetry_operator.resources.benchmark_context import COLLECTOR_KEY

WHO: Final = "the collector"


@dataclass(frozen=True, slots=True)
class Collected:
    """All lines that were kept, or why there are none."""

    lines: Sequence[Line] = ()
    missing: str = ""

    def during(self, begin: float, seconds: float) -> "Collected":
        """Return what belongs to so many seconds from `begin` on, which is since the epoch."""
        kept = [one for one in self.lines if isinstance(one, Missed) or begin <= one.at <= begin + seconds]
        return Collected(kept, self.missing)


def collector_address(observed: ObservedRun) -> Address | None:
    return address_in(observed, observed.collector, COLLECTOR_KEY)


async def have_kept(observed: ObservedRun, lines: Sequence[Line]) -> None:
    """Hand lines over.

    Raises:
        SilentPodError: the collector does not take them.
    """
    address = collector_address(observed)
    if address is not None and lines:
        async with call(address, WHO) as speaking:
            await speaking.ask("POST", LINES_PATH, ASKING_SECONDS, b"".join(map(encode_line, lines)))


async def fetch_collected(observed: ObservedRun) -> Collected:
    address = collector_address(observed)
    if address is None:
        return Collected(missing=_absence(observed))
    try:
        async with call(address, WHO) as speaking:
            return Collected(decode_lines(await speaking.ask("GET", LINES_PATH, FETCHING_SECONDS)))
    except SilentPodError as error:
        return Collected(missing=str(error))
    except msgspec.MsgspecError as error:
        return Collected(missing=f"the collector answers what this operator cannot read: {error}")


def _absence(observed: ObservedRun) -> str:
    if observed.collector is None:
        return "the collector had no pod"
    phase = (observed.collector.get("status") or {}).get("phase") or "Unknown"
    return f"the collector's pod had no address: its phase is {phase}"
