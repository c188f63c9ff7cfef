"""Every reason that a status or an Event may have stands in the runbook, and no other."""

import re
from pathlib import Path
from typing import Final

from telemetry_operator.reconcile import reasons
from telemetry_operator.reconcile.comparisons.reasons import ComparisonReason
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.notices import Happening
from telemetry_operator.reconcile.runs.reasons import RunReason

ROOT: Final = Path(__file__).parents[3]
RUNBOOK: Final = (ROOT / "docs/runbook.md").read_text()
SOURCES: Final = sorted(Path(reasons.__file__).parent.rglob("*.py"))

EXPLAINED: Final = re.findall(r"^(?:### |\| )`([A-Z][A-Za-z]+)`(?: \||$)", RUNBOOK, re.MULTILINE)
CONDITIONS: Final = {"Ready", "Available", "Progressing", "Degraded", "Paused", "Warning"}


def test_the_runbook_explains_every_reason_and_none_else() -> None:
    known = {reason.value for reason in (*Reason, *Happening, *RunReason, *ComparisonReason)}
    assert set(EXPLAINED) - CONDITIONS == known - CONDITIONS
    assert known & CONDITIONS <= set(EXPLAINED)


def test_every_reason_is_given_somewhere() -> None:
    code = "".join(path.read_text() for path in SOURCES if path.name != "reasons.py")
    assert [reason.name for reason in Reason if not re.search(rf"\bReason\.{reason.name}\b", code)] == []
    assert [reason.name for reason in RunReason if not re.search(rf"RunReason\.{reason.name}\b", code)] == []
    unsaid = [reason.name for reason in ComparisonReason if not re.search(rf"ComparisonReason\.{reason.name}\b", code)]
    assert unsaid == []
