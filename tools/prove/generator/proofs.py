"""The proofs, each by its name: run something of which theory knows the outcome, and compare."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from telemetry_loadtest.measured import Measured
from tools.prove.generator.capacity import prove_capacity
from tools.prove.generator.closed_loops import prove_closed_loop
from tools.prove.generator.delays import Delays, mean, percentile
from tools.prove.generator.driving import Served, drive, good_answers, serving
from tools.prove.generator.findings import RATE_SHARE, THEORY_SHARE, Finding, near
from tools.prove.generator.merging import prove_merging

CONSTANT: Final = Delays(0.2)
BIMODAL: Final = Delays(0.1, long=0.5, every=10)
STALL: Final = Delays(0.1, stall=2.0, after=400)
RATE: Final = 500.0
RATE_SECONDS: Final = 60
PERCENTILES: Final = (50.0, 95.0, 99.0)
TAIL: Final = (99.0, 99.9, 100.0)
_SECONDS_BEYOND: Final = 0.05  # of all, that may lie beyond the limit: as for the generator's health


def prove_constant() -> Iterator[Finding]:
    yield from _against_theory("constant", CONSTANT, 100, 10, PERCENTILES)


def prove_bimodal() -> Iterator[Finding]:
    """By four workers, whose histograms the master adds up."""
    yield from _against_theory("bimodal", BIMODAL, 100, 15, PERCENTILES, workers=4)


def prove_stall() -> Iterator[Finding]:
    """Two seconds without an answer, of which a closed loop would see one request."""
    yield from _against_theory("stall", STALL, 50, 30, TAIL)


def prove_rate() -> Iterator[Finding]:
    """By the server's own count of what arrived."""
    with serving(Delays(0.005)) as served:
        measured = drive(served, RATE, RATE_SECONDS)
    yield near(
        "rate",
        f"requests/s over {RATE_SECONDS} s",
        len(served.kept.arrived) / RATE_SECONDS,
        RATE,
        RATE_SHARE,
        unit="/s",
    )
    counted = Counter(int(at - measured.begin) for at in served.kept.arrived)
    apart = sorted(abs(counted[second] / RATE - 1) for second in range(RATE_SECONDS))
    beyond = sum(one > RATE_SHARE for one in apart)
    limit = f"at most {_SECONDS_BEYOND:.0%} of them"
    yield Finding(
        "rate", f"seconds beyond ± {RATE_SHARE:.1%}", f"{beyond} (worst {apart[-1]:.2%})", "0", limit,
        beyond <= _SECONDS_BEYOND * RATE_SECONDS,
    )  # fmt: skip
    yield _causes("rate", measured, served)


PROOFS: Final[Mapping[str, Callable[[], Iterator[Finding]]]] = MappingProxyType(
    {
        "merging": prove_merging,
        "constant": prove_constant,
        "bimodal": prove_bimodal,
        "stall": prove_stall,
        "closed-loop": prove_closed_loop,
        "rate": prove_rate,
        "capacity": prove_capacity,
    }
)


def _against_theory(
    name: str, delays: Delays, rate: float, seconds: float, shares: tuple[float, ...], *, workers: int = 1
) -> Iterator[Finding]:
    with serving(delays) as served:
        measured = drive(served, rate, seconds, workers=workers)
    found, theory = good_answers(measured), delays.latencies(round(rate * seconds), rate)
    yield Finding(name, "good answers", f"{found.count:,}", f"{len(theory):,}", "all", found.count == len(theory))
    if (summary := found.percentiles()) is not None:
        yield near(name, "mean", summary.mean, mean(theory), THEORY_SHARE)
    for share in shares:
        what = "worst" if share == 100.0 else f"p{share:g}"  # noqa: PLR2004 - per cent
        yield near(name, what, found.percentile(share) or 0.0, percentile(theory, share), THEORY_SHARE)
    yield _causes(name, measured, served)


def _causes(proof: str, measured: Measured, served: Served) -> Finding:
    """No proof: what a figure that does not hold may come from."""
    faults = "; ".join(measured.generator.faults) or "well"
    slip = max((one.slip for one in measured.generator.samples), default=0.0)
    told = f"generator {faults}, at most {slip:.0f} ms late; server at most {1000 * served.kept.late:.0f} ms late"
    return Finding(proof, "health", told, "")
