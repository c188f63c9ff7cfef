"""Numbers as a report writes them: three significant digits, the unit that suits."""

import math
from typing import Final

NOTHING: Final = "–"
_DIGITS: Final = 3


def number(value: float | None) -> str:
    """Three significant digits, thousands apart: 0.0123, 1.25, 31.2, 2,840."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds(value: float | None) -> str:
    return NOTHING if value is None else f"{number(value)} ms"


def rate(value: float | None) -> str:
    return NOTHING if value is None else f"{number(value)}/s"


def share(value: float | None) -> str:
    """A share of one in per cent; one that is not 0 is never written as 0."""
    return NOTHING if value is None else f"{number(100 * value)} %"


def count(value: int) -> str:
    return f"{value:,}"


def span(seconds: float) -> str:
    """Seconds as a person says them: 45 s, 3 min 15 s, 2 h 5 min."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def amount(measure: str, value: float | None) -> str:
    """The value of an SLO's measure: a share for errors and drops, milliseconds for the others."""
    if value is None:
        return "not measured"
    return share(value) if measure in {"errors", "drops"} else milliseconds(value)
