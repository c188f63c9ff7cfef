"""What a report says, apart from how it looks: the verdict, its figures and tables, and what the run does not show."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telemetry_loadtest.report.caveats import caveats
from telemetry_loadtest.report.tables import Table, build_tables
from telemetry_loadtest.report.tables_system import system_tables
from telemetry_loadtest.report.words import count, milliseconds, number, rate, share, span
from telemetry_loadtest.result_views import data_lost, endpoints, judged_seconds, merged
from telemetry_loadtest.results import Result


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure that stands at the top."""

    name: str
    value: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """All that is said of one run."""

    title: str
    verdict: str
    reason: str
    summary: str
    facts: Sequence[Fact]
    tables: Sequence[Table]
    caveats: Sequence[str]
    command: str
    manifest: str


def build_content(result: Result) -> Content:
    platform = result.provenance.platform
    return Content(
        title=f"{result.provenance.name} on {platform.name}",
        verdict=result.verdict.value,
        reason=result.reason,
        summary=_summary(result),
        facts=list(_facts(result)),
        tables=[*build_tables(result), *system_tables(result)],
        caveats=list(caveats(result)),
        command=shlex.join(result.provenance.command),
        manifest=result.provenance.manifest,
    )


def _summary(result: Result) -> str:
    platform, provenance = result.provenance.platform, result.provenance
    preset = f"preset {platform.preset}" if platform.preset else "no preset"
    choices = ", ".join(f"{name} {value}" for name, value in platform.choices.items())
    return f"{preset} ({choices}), run {provenance.run}, began {provenance.began}, took {span(result.duration)}"


def _facts(result: Result) -> Iterator[Fact]:
    judged = judged_seconds(result)
    if judged:
        offered = sum(second.offered for second in judged)
        bad, dropped = sum(second.bad for second in judged), sum(second.dropped for second in judged)
        good = None if data_lost(result) else sum(second.good for second in judged) / len(judged)
        best = max(second.offered for second in judged)
        yield Fact("offered", rate(offered / len(judged)), f"at most {number(best)} in a second")
        yield Fact("good", rate(good), "none: the books do not close" if good is None else "status and body right")
        yield Fact("errors", share(bad / offered if offered else None), f"{count(bad)} of {count(offered)}")
        yield Fact("dropped", share(dropped / offered if offered else None), count(dropped))
    for endpoint in endpoints(result)[:2]:
        yield Fact(f"{endpoint} p95", milliseconds(merged(result, endpoint).percentile(95)), "from the intended start")
    if result.freshness is not None:
        yield Fact("freshness p99", milliseconds(result.freshness.p99), "accepted until it can be read")
