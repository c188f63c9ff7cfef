"""What a comparison's report says, apart from how it looks: the recommendation first, then what it rests on."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from telemetry_loadtest.comparison_plan import cells_of
from telemetry_loadtest.comparison_results import Comparison, Outcome, Sentence
from telemetry_loadtest.report.comparison_tables import anchor, detail_tables, profile_table
from telemetry_loadtest.report.content import Fact
from telemetry_loadtest.report.tables import Link, Table
from telemetry_loadtest.report.words import count, number, span


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and the rows that it rests on."""

    text: str
    cites: Sequence[Link]


@dataclass(frozen=True, slots=True)
class ComparisonContent:
    """All that is said of one comparison."""

    title: str
    verdict: str
    summary: str
    recommendation: Sequence[Said]
    facts: Sequence[Fact]
    profiles: Sequence[Table]
    details: Sequence[Table]
    caveats: Sequence[str]
    command: str
    manifest: str


def build_comparison_content(comparison: Comparison) -> ComparisonContent:
    return ComparisonContent(
        title=f"{comparison.provenance.name}: {len(comparison.plan.variants)} variants compared",
        verdict=conclusion(comparison),
        summary=_summary(comparison),
        recommendation=[_said(one) for one in comparison.recommendation],
        facts=list(_facts(comparison)),
        profiles=[profile_table(comparison, one) for one in comparison.judgements],
        details=list(detail_tables(comparison)),
        caveats=[*comparison.caveats, *comparison.notes],
        command=shlex.join(comparison.provenance.command),
        manifest=comparison.provenance.manifest,
    )


def conclusion(comparison: Comparison) -> str:
    """Return the whole in a word or two: whether every group that could be ranked has its winner."""
    outcomes = [
        group.outcome for one in comparison.judgements for group in one.groups if len(group.standings) > 1
    ]  # one alone has no rival
    won = outcomes.count(Outcome.WINNER)
    if not outcomes or outcomes.count(Outcome.INSUFFICIENT) == len(outcomes):
        return "Insufficient data"
    if won == len(outcomes):
        return "Decided"
    return "Partly decided" if won else "No difference shown"


def _said(sentence: Sentence) -> Said:
    return Said(sentence.text, [Link(name, anchor(name)) for name in sentence.cites])


def _summary(comparison: Comparison) -> str:
    plan, provenance = comparison.plan, comparison.provenance
    variants = "; ".join(
        f"{one.label} ({', '.join(f'{name} {value}' for name, value in one.choices.items())})" for one in plan.variants
    )
    took = datetime.fromisoformat(provenance.ended) - datetime.fromisoformat(provenance.began)
    load = f", {plan.primary.load}" if plan.primary.load else ""
    return (
        f"What decides, declared before the run: {plan.primary.metric.name}{load}. Variants: {variants}. "
        f"Run {provenance.run}, began {provenance.began}, took {span(took.total_seconds())}."
    )


def _facts(comparison: Comparison) -> Iterator[Fact]:
    plan = comparison.plan
    planned, whole = len(cells_of(plan)), sum(one.value is not None for one in comparison.records)
    groups = [group for one in comparison.judgements for group in one.groups if len(group.standings) > 1]
    won = sum(group.winner is not None for group in groups)
    fewest = min((one.blocks for one in comparison.judgements), default=0)
    yield Fact("winners", f"{won} of {len(groups)}", "of what could be ranked")
    yield Fact("cells", f"{count(whole)} of {count(planned)}", "have their number")
    yield Fact("blocks", f"{fewest} of {plan.blocks}", f"count everywhere; a win needs {plan.blocks_needed}")
    if comparison.noise:
        worst = max(comparison.noise, key=lambda one: one.cell)
        yield Fact("noise of a cell", f"{number(100 * worst.cell)} %", f"at most, by {worst.variant} against itself")
