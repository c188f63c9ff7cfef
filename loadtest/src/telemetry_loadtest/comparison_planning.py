"""A comparison planned: refused where it makes no sense, and told beforehand what it can show.

`outlook` is what a person reads before hours are spent: how many cells, how long, how many blocks a win needs, and how
likely a win is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry_loadtest.comparison_plan import ComparisonPlan, Primary, Variant
from telemetry_loadtest.report.words import count, share, span
from telemetry_loadtest.statistics import ALPHA, minimum_blocks
from telemetry_loadtest.statistics_power import Supposition, win_probability

NOISE: Final = 0.04  # of one cell's log value within a block, where no comparison with itself has shown it
EFFECT: Final = 0.1  # that an outlook speaks of


class PlanError(ValueError):
    """A comparison that could not end in an answer."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is run: so many blocks of cells that take so long each, in an order drawn from the seed."""

    blocks: int
    cell_seconds: float
    seed: int = 1


def plan_comparison(
    name: str, variants: Sequence[Variant], profiles: Sequence[str], primary: Primary, extent: Extent
) -> ComparisonPlan:
    """Return the plan.

    Raises:
        PlanError: it has fewer than two variants to rank, a name twice, no profile or no block, or a variant repeats
            one that is not there.
    """
    _check(variants, profiles, extent)
    return ComparisonPlan(
        name=name,
        seed=extent.seed,
        variants=list(variants),
        profiles=list(profiles),
        blocks=extent.blocks,
        blocks_needed=minimum_blocks(ALPHA),
        primary=primary,
        cell_seconds=extent.cell_seconds,
        alpha=ALPHA,
    )


def outlook(plan: ComparisonPlan, noise: float = NOISE) -> Iterator[str]:
    """Yield what to expect of a plan, before it runs."""
    ranked = [variant for variant in plan.variants if variant.repeats is None]
    cells = len(plan.variants) * len(plan.profiles) * plan.blocks
    yield f"{count(cells)} cells, {span(plan.expected_seconds)} in all; what decides: {plan.primary.metric.name}."
    if plan.blocks < plan.blocks_needed:
        yield (
            f"A win needs {plan.blocks_needed} blocks, and there are {plan.blocks}: "
            "the answer will be “insufficient data”, whatever is measured."
        )
        return
    chance = win_probability(Supposition(len(ranked), EFFECT, noise), plan.blocks, alpha=plan.alpha)
    yield (
        f"A win needs {plan.blocks_needed} blocks. With {plan.blocks}, an architecture that is a tenth better than "
        f"each other is shown to be in {share(chance)} of comparisons, if a cell's noise is {share(noise)}."
    )


def _check(variants: Sequence[Variant], profiles: Sequence[str], extent: Extent) -> None:
    names = [variant.name for variant in variants]
    ranked = {variant.name for variant in variants if variant.repeats is None}
    twice = sorted({name for name in [*names, *profiles] if names.count(name) > 1 or list(profiles).count(name) > 1})
    astray = [variant.name for variant in variants if variant.repeats is not None and variant.repeats not in ranked]
    if twice:
        raise PlanError(f"{', '.join(twice)} stands there twice; every variant and profile needs a name of its own")
    if astray:
        raise PlanError(f"{', '.join(astray)} repeats a variant that is not among those ranked: {', '.join(ranked)}")
    if len(ranked) < 2:  # noqa: PLR2004 - a comparison takes two
        raise PlanError(f"{len(ranked)} variants are there to be ranked; a comparison takes 2 or more")
    if not profiles or extent.blocks < 1:
        raise PlanError(
            f"{len(profiles)} profiles and {extent.blocks} blocks were given; it takes one of each at least"
        )
