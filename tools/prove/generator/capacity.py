"""What one worker alone on one core offers as an open model while its health holds."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from telemetry_loadtest.measured import Measured
from tools.prove.generator.delays import Delays
from tools.prove.generator.driving import drive, serving
from tools.prove.generator.findings import Finding

LEAST: Final = 2_500.0  # requests a second
STEP: Final = 1.2
MOST_TRIES: Final = 6
SECONDS: Final = 8
_AT_ONCE: Final = Delays(0.0)


class Try(NamedTuple):
    """How a rate went; `cpu` is the mean share of its core."""

    rate: float
    held: bool
    cpu: float
    slip: float


def prove_capacity() -> Iterator[Finding]:
    """Up from the least while it holds, or down until it does."""
    tries = list(_tries())
    best = max((one.rate for one in tries if one.held), default=0.0)
    for one in tries:
        told = f"{'well' if one.held else 'not well'}, {one.cpu:.0%} of a core, at most {one.slip:.0f} ms late"
        yield Finding("capacity", f"a worker alone at {one.rate:,.0f}/s", told, "")
    held = best >= LEAST
    yield Finding(
        "capacity", "highest rate tried with a healthy generator", f"{best:,.0f}/s", "", f"≥ {LEAST:,.0f}/s", held
    )


def _tries() -> Iterator[Try]:
    rate = LEAST
    yield (first := _try(rate))
    for _ in range(MOST_TRIES - 1):
        rate = rate * STEP if first.held else rate / STEP
        yield (last := _try(rate))
        if last.held is not first.held:
            return


def _try(rate: float) -> Try:
    with serving(_AT_ONCE) as served:
        measured = drive(served, rate, SECONDS, alone=True)
    samples = [one for one in measured.generator.samples if one.at < SECONDS]
    cpu = sum(one.cpu for one in samples) / max(len(samples), 1)
    return Try(rate, _is_well(measured), cpu, max((one.slip for one in samples), default=0.0))


def _is_well(measured: Measured) -> bool:
    """Every arrival was offered and answered rightly, and the generator's health held."""
    return not measured.generator.faults and all(one.offered == one.good for one in measured.summaries)
