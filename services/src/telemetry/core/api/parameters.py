"""The parameters of queries: parsed once, refused with a pointer to each fault, and documented from the same place."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar, cast

from telemetry.core.http.problems import ProblemError
from telemetry.core.ports import Order, TimeRange
from telemetry_contract.faults import Fault
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import DEVICE_PATTERN, MAX_DEVICE, METRIC_PATTERN, is_device, is_metric
from telemetry_contract.times import format_time, parse_time

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

MAX_FAULTS: Final = 32  # named in one answer
DEFAULT_LIMIT: Final = 100
SHOWN: Final = 64  # characters of what was found that a fault repeats


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """One parameter; `parse` raises ValueError with a text that says what is allowed.

    `most` is how often it may stand in a query; a `needed` one must stand in it.
    """

    name: str
    parse: Callable[[str], T]
    schema: dict[str, Any]
    description: str
    most: int = 1
    needed: bool = False


class Arguments:
    """The parsed parameters of one query."""

    def __init__(self, values: dict[str, list[object]]) -> None:
        self._values = values

    def one(self, parameter: Parameter[T]) -> T | None:
        found = self._values.get(parameter.name)
        return cast("T", found[0]) if found else None

    def many(self, parameter: Parameter[T]) -> list[T]:
        return cast("list[T]", self._values.get(parameter.name, []))


def parse_arguments(query: Sequence[tuple[str, str]], allowed: Sequence[Parameter[Any]]) -> Arguments:
    """Parse a query string's parameters.

    Raises:
        ProblemError: some are unknown, stand too often, or have values that are not allowed.
    """
    known = {parameter.name: parameter for parameter in allowed}
    values: dict[str, list[object]] = {}
    faults: list[Fault] = []
    for name, text in query:
        parameter = known.get(name)
        try:
            if parameter is None:
                raise ValueError(_unknown(name, known))  # noqa: TRY301 - all faults are named in one place
            values.setdefault(name, []).append(parameter.parse(text))
        except ValueError as error:
            faults.append(_fault(name, parameter, str(error)))
    faults += [_too_often(known[name], found) for name, found in values.items() if len(found) > known[name].most]
    asked = {name for name, _ in query}
    faults += [_missing(parameter) for parameter in allowed if parameter.needed and parameter.name not in asked]
    if faults:
        raise refused(*faults)
    return Arguments(values)


def refused(*faults: Fault) -> ProblemError:
    return ProblemError(problem(ProblemKind.INVALID_PARAMETER, faults[0].detail, errors=faults[:MAX_FAULTS]))


def document_parameters(parameters: Sequence[Parameter[Any]]) -> dict[str, Any]:
    """Return the part of an OpenAPI operation that describes these parameters."""
    return {"parameters": [_document(parameter) for parameter in parameters]} if parameters else {}


def _document(parameter: Parameter[Any]) -> dict[str, Any]:
    repeated = {"type": "array", "items": parameter.schema, "maxItems": parameter.most}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.needed,
        "description": parameter.description,
        "schema": repeated if parameter.most > 1 else parameter.schema,
    }


def _unknown(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = get_close_matches(name[:SHOWN], names, n=1)
    if close:
        return f"not a parameter of this query; did you mean {close[0]}?"
    return f"not a parameter of this query; it takes {', '.join(names)}" if names else "this query takes no parameters"


def _fault(name: str, parameter: Parameter[Any] | None, detail: str) -> Fault:
    code = "unknown-parameter" if parameter is None else f"invalid-{name}"
    pointer = name[:SHOWN].replace("~", "~0").replace("/", "~1")
    return Fault(f"/query/{pointer}", code, detail)


def _too_often(parameter: Parameter[Any], found: list[object]) -> Fault:
    detail = f"{parameter.name} may stand {parameter.most} times here, it stands {len(found)} times"
    return Fault(f"/query/{parameter.name}", "too-many", detail)


def _missing(parameter: Parameter[Any]) -> Fault:
    return Fault(f"/query/{parameter.name}", "missing-parameter", f"{parameter.name} is needed here")


def _parse_device(text: str) -> str:
    if not is_device(text):
        raise ValueError(f"a device id is 1 to {MAX_DEVICE} of A-Z a-z 0-9 . _ : -, found {text[:SHOWN]!r}")
    return text


def _parse_metric(text: str) -> str:
    if not is_metric(text):
        raise ValueError(f"not a metric's name: {text[:SHOWN]!r}")
    return text


def _parse_moment(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        # In a query a plain + means a space.
        hint = "; write the + of its zone as %2B" if " " in text else ""
        raise ValueError(f"{error}: {text[:SHOWN]!r}{hint}") from None


def parse_choice(choices: type[Choice]) -> Callable[[str], Choice]:
    """Return what parses one of an enumeration's texts."""

    def parse(text: str) -> Choice:
        if text not in list(choices):
            raise ValueError(f"{' or '.join(choices)}, found {text[:SHOWN]!r}")
        return choices(text)

    return parse


def limit_parameter(most: int) -> Parameter[int]:
    """Return `limit` for pages of at most so many items; more is refused, never cut down."""

    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
        if not 1 <= number <= most:
            raise ValueError(f"a whole number from 1 to {most}, found {text[:SHOWN]!r}")
        return number

    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default_limit(most)}
    return Parameter("limit", parse, schema, "How many items a page has at most.")


def default_limit(most: int) -> int:
    return min(DEFAULT_LIMIT, most)


_DEVICE_SCHEMA: Final = {"type": "string", "pattern": f"^{DEVICE_PATTERN}$"}
_METRIC_SCHEMA: Final = {"type": "string", "pattern": f"^{METRIC_PATTERN}$"}
_TIME_SCHEMA: Final = {"type": "string", "format": "date-time"}
MAX_METRICS: Final = 100


def devices_parameter(most: int) -> Parameter[str]:
    return Parameter("device", _parse_device, _DEVICE_SCHEMA, "A device's id; may be repeated.", most)


def metric_parameter(description: str, most: int, *, needed: bool = False) -> Parameter[str]:
    return Parameter("metric", _parse_metric, _METRIC_SCHEMA, description, most, needed)


def required(parameter: Parameter[T]) -> Parameter[T]:
    return replace(parameter, needed=True)


METRIC: Final = metric_parameter("Only this metric; may be repeated.", MAX_METRICS)
FROM: Final = Parameter("from", _parse_moment, _TIME_SCHEMA, "The first time of the range, RFC 3339 with a zone.")
TO: Final = Parameter("to", _parse_moment, _TIME_SCHEMA, "The end of the range, itself not in it.")
ORDER: Final = Parameter(
    "order", parse_choice(Order), {"type": "string", "enum": list(Order), "default": "asc"}, "Oldest or newest first."
)
CURSOR: Final = Parameter("cursor", str, {"type": "string"}, "Where the page before ended, as its answer said.")


def range_of(arguments: Arguments) -> TimeRange:
    """Return the half-open range that `from` and `to` name.

    Raises:
        ProblemError: it ends before it begins.
    """
    start, end = arguments.one(FROM), arguments.one(TO)
    if start is not None and end is not None and end < start:
        detail = f"the range ends ({format_time(end)}) before it begins ({format_time(start)})"
        raise refused(Fault("/query/to", "reversed-range", detail))
    return TimeRange(start, end)


def require_device(text: str) -> None:
    """Raise `ProblemError` unless a path names a device."""
    try:
        _parse_device(text)
    except ValueError as error:
        raise refused(Fault("/path/device", "invalid-device", str(error))) from None
