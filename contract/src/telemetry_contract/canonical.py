"""The canonical content of a reading: JSON by RFC 8785 (JCS), made directly because it is on the hot path.

The content is `{"device":…,"metrics":{…},"time":…}` with time in microseconds. Numbers that are equal are the same
content, whether they were sent as `21` or `21.0`.
"""

import json.encoder
from typing import Final

from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading, Value

# ECMAScript's Number::toString writes a plain decimal while the decimal point stands within these places of the digits.
_FIXED_MAX: Final = 21
_FIXED_MIN: Final = -6

# With `ensure_ascii=False` the standard library escapes exactly what RFC 8785 section 3.2.2.2 asks for.
_quote = json.encoder.encode_basestring


def canonical_content(reading: Reading) -> bytes:
    """Return the RFC 8785 bytes of a reading's content. Device and metric names must be valid: they need no escapes."""
    metrics = reading.metrics
    points = ",".join([f'"{name}":{canonical_value(metrics[name])}' for name in sorted(metrics)])
    return f'{{"device":"{reading.device}","metrics":{{{points}}},"time":{reading.time}}}'.encode()


def canonical_value(value: Value) -> str:
    """Return a value's RFC 8785 text."""
    if isinstance(value, float):
        return canonical_float(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    return _quote(value) if isinstance(value, str) else str(value)


def canonical_float(value: float) -> str:
    """Return a finite double as ECMAScript writes it (ECMA-262, Number::toString; RFC 8785 section 3.2.2.3)."""
    if -MAX_SAFE_INTEGER < value < MAX_SAFE_INTEGER and value == (whole := int(value)):
        return str(whole)
    text = repr(value)
    return text if "e" not in text and not text.endswith(".0") else _from_digits(text)


def _from_digits(text: str) -> str:
    """Lay out the shortest digits, as Python's repr found them, by ECMAScript's rules."""
    sign, text = ("-", text[1:]) if text[0] == "-" else ("", text)
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).rstrip("0")
    point = len(whole) + int(exponent or 0)  # the decimal point stands behind this many digits
    if len(digits) <= point <= _FIXED_MAX:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= _FIXED_MAX:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _FIXED_MIN < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"
