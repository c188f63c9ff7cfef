"""What pydantic found wrong, in words for a person: what was found, what is allowed, what was probably meant."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from telemetry_operator.specs.fields import home_of, names_at
from telemetry_operator.specs.findings import Finding, Path, Rule, RulesBrokenError, dotted
from telemetry_operator.specs.nearest import nearest, suggestion

LONGEST_SHOWN: Final = 60  # characters of a value

_NEEDED: Final[Mapping[str, str]] = {
    "bool_type": "true or false is needed",
    "dict_type": "a block of names and values is needed",
    "float_type": "a number is needed",
    "finite_number": "a finite number is needed",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "model_type": "a block of fields is needed",
    "model_attributes_type": "a block of fields is needed",
    "string_type": "text is needed; put a number into quotes",
    "tuple_type": "a list is needed",
    "invalid_key": "a name in text is needed",
    "string_too_short": "at least {min_length} characters are needed",
    "string_too_long": "at most {max_length} characters are allowed",
    "too_long": "at most {max_length} entries are allowed",
    "too_short": "at least {min_length} entries are needed",
    "greater_than": "more than {gt} is needed",
    "greater_than_equal": "at least {ge} is needed",
    "less_than_equal": "at most {le} is allowed",
}


def findings_of(error: ValidationError, model: type[BaseModel]) -> list[Finding]:
    """Findings in the order of the model's fields; a missing name that was only misspelt is told once."""
    details = error.errors(include_url=False)
    meant = {meant for detail in details if (meant := meant_by(detail, model))}
    missing = {detail["loc"] for detail in details if detail["type"] == "missing"}
    return [
        finding for detail in details if detail["loc"] not in missing & meant for finding in _findings(detail, model)
    ]


def broken_rules(error: ValidationError) -> list[tuple[Rule, Finding]]:
    """Rules between the blocks of the whole model that do not hold."""
    causes = [detail.get("ctx", {}).get("error") for detail in error.errors() if not detail["loc"]]
    return [pair for cause in causes if isinstance(cause, RulesBrokenError) for pair in cause.findings]


def doubtful_blocks(error: ValidationError, model: type[BaseModel]) -> set[str | int]:
    """Blocks of the spec in which something is wrong, or was meant to stand."""
    details = error.errors(include_url=False)
    paths = [path for detail in details for path in (detail["loc"], meant_by(detail, model) or ())]
    return {path[1] for path in paths if len(path) > 1 and path[0] == "spec"}


def meant_by(detail: ErrorDetails, model: type[BaseModel]) -> Path | None:
    """The field that an unknown one was probably meant to be: of that name elsewhere, or of a like name here."""
    if detail["type"] != "extra_forbidden":
        return None
    *block, name = detail["loc"]
    if home := home_of(model, detail["loc"]):
        return home
    field = nearest(str(name), names_at(model, tuple(block)))
    return (*block, field) if field else None


def _findings(detail: ErrorDetails, model: type[BaseModel]) -> Iterator[Finding]:
    broken = detail.get("ctx", {}).get("error")
    if isinstance(broken, RulesBrokenError):
        for _, finding in broken.findings:
            yield Finding((*detail["loc"], *finding.path), finding.message)
    else:
        yield Finding(detail["loc"], _message(detail, model))


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, found = detail["type"], detail["input"]
    if kind == "missing":
        return "required, and missing"
    if kind == "extra_forbidden":
        return _unknown_field(detail, model)
    if kind in {"enum", "literal_error"}:
        return _not_allowed(found, str(detail["ctx"]["expected"]))
    limits = {name: _plain(value) for name, value in detail.get("ctx", {}).items()}
    needed = _NEEDED.get(kind, detail["msg"]).format(**limits)
    return f"found {shown(found)}; {needed}"


def _plain(limit: object) -> object:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _unknown_field(detail: ErrorDetails, model: type[BaseModel]) -> str:
    block = detail["loc"][:-1]
    meant = meant_by(detail, model)
    name = meant and (str(meant[-1]) if meant[:-1] == block else dotted(meant))
    question = f"; did you mean {name}?" if name else ";"
    return f"no such field{question} allowed: {', '.join(names_at(model, block))}"


def _not_allowed(found: object, expected: str) -> str:
    allowed = [name.strip("'") for name in expected.replace(" or ", ", ").split(", ")]
    meant = suggestion(found, allowed) if isinstance(found, str) else ""
    return f"found {shown(found)}; allowed: {', '.join(allowed)}{meant}"


def shown(value: Any) -> str:  # noqa: ANN401 - whatever the manifest holds there
    """A value as the person wrote it, or at least what sort of thing it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a block of fields"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
