"""`python -m tools.prove.generator`: the proofs one after the other, a table, and a JSON file with the machine."""

import time
from argparse import ArgumentParser
from os import getloadavg
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from tools.bench.machine import describe_machine, warn_of
from tools.bench.processes import ROOT
from tools.prove.generator.findings import Finding, table_of
from tools.prove.generator.proofs import PROOFS

console = Console()


def main() -> int:
    parser = ArgumentParser(prog="make prove-generator", description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=PROOFS, help=f"of {', '.join(PROOFS)}")
    parser.add_argument("--json", type=Path, default=ROOT / "build/prove-generator.json")
    options = parser.parse_args()
    machine = describe_machine()
    for warning in warn_of(machine):
        console.print(f"[yellow]warning: {warning}[/]")
    findings, seconds = prove(options.only or list(PROOFS))
    load = f"load average {machine['load_average'][0]} before and {getloadavg()[0]:.2f} after"
    console.print(table_of(findings, f"The load generator, {seconds:.0f} s, {load}"))
    _write(options.json, machine, findings)
    return 1 if any(one.held is False for one in findings) else 0


def prove(names: list[str]) -> tuple[list[Finding], float]:
    """Run proofs by their names; what they found, and how many seconds that took."""
    began, findings = time.monotonic(), list[Finding]()
    for name in names:
        console.print(f"[dim]{name} ...[/]")
        findings += PROOFS[name]()
    return findings, time.monotonic() - began


def _write(path: Path, machine: dict[str, Any], findings: list[Finding]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.encode({"machine": machine, "findings": findings})
    path.write_bytes(msgspec.json.format(text, indent=1) + b"\n")
    console.print(f"kept in {path}")


if __name__ == "__main__":
    raise SystemExit(main())
