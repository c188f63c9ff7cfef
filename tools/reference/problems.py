"""Every kind of problem, with what a client can do about it, from the docstrings below the kinds."""

import re
from dataclasses import dataclass
from typing import Final

from telemetry_contract.problems import ProblemKind
from tools.reference.docstrings import of_class
from tools.reference.markdown import code, table

_ADVICE: Final = re.compile(r"(?P<meaning>.*?)\s*\b(?P<action>Fix|Retry|Give up): (?P<how>.+)", re.DOTALL)


class AdviceMissingError(ValueError):
    """A kind of problem does not say what a client can do."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a problem means, and what to do: fix, retry or give up."""

    meaning: str
    action: str
    how: str


def advice_of(kind: ProblemKind) -> Advice:
    """Return what stands below a kind.

    Raises:
        AdviceMissingError: nothing does, or not in this form.
    """
    found = _ADVICE.fullmatch(of_class(ProblemKind).get(kind.name, ""))
    if found is None:
        form = '"""What it means. Fix|Retry|Give up: how."""'
        raise AdviceMissingError(f"ProblemKind.{kind.name} needs a docstring of the form {form}")
    return Advice(**found.groupdict())


def build_problem_table() -> str:
    kinds = sorted(ProblemKind, key=lambda kind: kind.status)
    return table(["status", "code", "title", "what it means", "what to do"], [_row(kind) for kind in kinds])


def _row(kind: ProblemKind) -> list[str]:
    advice = advice_of(kind)
    return [str(kind.status), code(kind.code), kind.title, advice.meaning, f"**{advice.action}**: {advice.how}"]
