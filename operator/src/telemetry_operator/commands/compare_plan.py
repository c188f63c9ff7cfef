"""What a comparison says before it runs: how many cells, for how long, what they can show, and in which order."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_loadtest.comparison_plan import ComparisonPlan, cells_of
from telemetry_loadtest.comparison_planning import outlook
from telemetry_loadtest.report.words import span
from telemetry_loadtest.results import Machine
from telemetry_operator.benchmarks.comparing.kept import Kept

IDLE: Final = 0.5  # load a core, above which something else is at work


def beforehand(kept: Kept, beside: Sequence[str], here: Machine) -> Iterator[str]:
    """What is going to be run, line by line; `beside` are other platforms that run here."""
    plan, left = kept.begun.plan, kept.remaining()
    done = kept.total - len(left)
    yield from outlook(plan)
    yield from same_here(plan)
    if done:
        rest = span(plan.cell_seconds * len(left))
        yield f"Going on with {kept.begun.run}: {done} of {kept.total} cells are done; {rest} are left."
    if beside:
        yield f"warning: {', '.join(beside)} runs here too, and takes from each cell what it would have had"
    if (here.load_before or 0) > here.cores * IDLE:
        load = f"load {here.load_before:g} on {here.cores} cores"
        yield f"warning: this machine is busy ({load}), and noise is measured too"


def same_here(plan: ComparisonPlan) -> Iterator[str]:
    yield "On one machine no quota makes variants equal, and an autoscaler adds nothing."
    for variant in plan.variants:
        if variant.repeats:
            yield f"{variant.name} is the same as {variant.repeats} here: what differs between them is noise."


def plain_plan(plan: ComparisonPlan) -> dict[str, object]:
    """The plan and its cells in their order."""
    return {"plan": msgspec.to_builtins(plan), "outlook": list(outlook(plan)), "cells": cells_of(plan)}


def order_table(plan: ComparisonPlan) -> RenderableType:
    table = Table(title="In this order", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for name in ("cell", "block", "profile", "variant"):
        table.add_column(name, justify="right" if name in {"cell", "block"} else "left")
    for cell in cells_of(plan):
        table.add_row(str(cell.place), str(cell.block), cell.profile, cell.variant)
    return Group(*(Text(line) for line in (*outlook(plan), *same_here(plan))), table)
