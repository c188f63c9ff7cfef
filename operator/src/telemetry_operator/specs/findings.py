"""What is found in a manifest, where, and the rules that find it.

A rule is a small pure function of one block. It stands beside the block (`SpecModel.rules`), so that the API server
can be given the same rule at the same place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Names as the manifest writes them, and positions in lists."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something at a place. In a rule's answer the path starts at the rule's own block."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold between the fields of a block; `reads` are the fields that it depends on, with dots."""

    check: Callable[[Any], Finding | None]
    reads: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the function that checks, which says what must hold; the rule's twin in the cluster goes by it."""
        return self.check.__name__


class RulesBrokenError(ValueError):
    """A block whose fields are right one by one and contradict one another."""

    def __init__(self, findings: list[tuple[Rule, Finding]]) -> None:
        super().__init__("; ".join(finding.message for _, finding in findings))
        self.findings = findings


def at(path: str, message: str) -> Finding:
    """Finding at a path with dots; without any, at the block itself."""
    return Finding(tuple(path.split(".")) if path else (), message)


def dotted(path: Path) -> str:
    """Path as a person reads it: `spec.producer.pod.env[0].name`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
