"""What single values must satisfy beyond their pattern, by the pattern: durations and quantities."""

from collections.abc import Mapping
from typing import Final

from telemetry_operator.crds.cel import DAY, Validation, milliseconds, quantity
from telemetry_operator.specs import duration as durations
from telemetry_operator.specs import quantity as quantities

SCALARS: Final[Mapping[str, tuple[Validation, ...]]] = {
    durations.PATTERN: (
        Validation('self.matches("[1-9]")', durations.NEEDED),
        Validation(f"{milliseconds('self')} <= {durations.MOST_DAYS * DAY}", durations.TOO_LONG),
    ),
    quantities.PATTERN: (Validation(f'{quantity("self")}.isGreaterThan(quantity("0"))', quantities.NEEDED),),
}
