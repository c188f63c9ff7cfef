"""What a proof found, held against theory: one row each, and a verdict."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import msgspec
from rich.table import Table

THEORY_SHARE: Final = 0.02
CLOSED_LOOP_SHARE: Final = 0.05
RATE_SHARE: Final = 0.005


class Finding(msgspec.Struct, frozen=True):
    """One comparison; `limit` says in words how far `found` may lie from `theory`. Without a verdict it only tells."""

    proof: str
    what: str
    found: str
    theory: str
    limit: str = ""
    held: bool | None = None


def near(proof: str, what: str, found: float, theory: float, share: float, *, unit: str = "ms") -> Finding:
    """Whether two figures agree within a share of the second."""
    apart = found / theory - 1
    shown = f"{found:,.2f} {unit} ({apart:+.2%})"
    return Finding(proof, what, shown, f"{theory:,.2f} {unit}", f"± {share:.1%}", abs(apart) <= share)


def table_of(findings: Sequence[Finding], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("what", "found", "theory", "limit"):
        table.add_column(column)
    table.add_column("verdict", no_wrap=True)
    for proof, rows in groupby(findings, key=lambda one: one.proof):
        for one in rows:
            table.add_row(f"{proof}: {one.what}", one.found, one.theory, one.limit, _verdict(one))
        table.add_section()
    return table


def _verdict(finding: Finding) -> str:
    if finding.held is None:
        return ""
    return "[green]holds[/]" if finding.held else "[red]does not hold[/]"
