"""What was not the same about two runs, beside what was measured: who reads their difference must know it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from telemetry_loadtest.results import Result


class Changed(NamedTuple):
    """One fact of a run, before and after."""

    what: str
    before: str
    after: str


def changes(before: Result, after: Result) -> list[Changed]:
    """Return the facts that differ, in the order in which they explain most."""
    pairs = zip(_facts(before), _facts(after), strict=True)
    found = [Changed(what, first, second) for (what, first), (_, second) in pairs if first != second]
    return [*found, *_versions(before.provenance.versions, after.provenance.versions)]


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    provenance, platform, machine = result.provenance, result.provenance.platform, result.provenance.machine
    yield "verdict", result.verdict.value
    yield "books", "none" if result.books is None else "closed" if result.books.closed else "open"
    yield "platform", platform.name
    yield "preset", platform.preset or "none"
    yield "choices", _listed(platform.choices)
    yield "replicas", _listed(platform.replicas)
    yield "machine", f"{machine.system}, {machine.processor}, {machine.cores} cores"
    yield "seed", str(provenance.seed)
    yield "workers", str(result.generator.workers)


def _versions(before: Mapping[str, str], after: Mapping[str, str]) -> list[Changed]:
    names = sorted(before.keys() | after.keys())
    pairs = [(name, before.get(name, "none"), after.get(name, "none")) for name in names]
    return [Changed(f"version of {name}", first, second) for name, first, second in pairs if first != second]


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items()))
