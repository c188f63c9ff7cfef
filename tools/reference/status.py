"""`docs/status.md`: every field of a TelemetryPlatform's status, from the models that write it."""

from typing import Final

from telemetry_operator.specs.status import PlatformStatus
from tools.reference.manifest import blocks, describe
from tools.reference.markdown import page

INTRO: Final = """\
# Status of a TelemetryPlatform

What the operator says of a platform, field by field: `kubectl get tp NAME -o yaml`. It is written when it says anything
new; times alone are nothing new. [runbook.md](runbook.md) explains the conditions and each of their reasons.

This page is made from the models by `make docs`.
"""


def build_status() -> str:
    return page(INTRO, *(part for model in blocks(PlatformStatus) for part in describe(model)))
