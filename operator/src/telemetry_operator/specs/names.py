"""Names with a form that Kubernetes prescribes."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

LONGEST_LABEL: Final = 63  # characters, RFC 1123
LONGEST_NAME: Final = 253
LONGEST_PART: Final = 40  # leaves room in a label for what a name is made of beside it

_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_ENVIRONMENT: Final = r"[A-Za-z_][A-Za-z0-9_]*"


def _matching(pattern: str, longest: int, needed: str) -> AfterValidator:
    form = re.compile(pattern)

    def check(text: str) -> str:
        if len(text) > longest or not form.fullmatch(text):
            raise PydanticCustomError("needed", "{needed} is needed", {"needed": needed})
        return text

    return AfterValidator(check)


def _schema(pattern: str, longest: int) -> dict[str, str | int]:
    return {"pattern": f"^{pattern}$", "maxLength": longest}


DnsLabel = Annotated[
    str,
    _matching(_LABEL, LONGEST_LABEL, "a name of at most 63 lower-case letters, digits and inner hyphens"),
    Field(json_schema_extra=_schema(_LABEL, LONGEST_LABEL)),
]
LabelPart = Annotated[
    str,
    _matching(_LABEL, LONGEST_PART, "a name of at most 40 lower-case letters, digits and inner hyphens"),
    Field(json_schema_extra=_schema(_LABEL, LONGEST_PART)),
]
ObjectName = Annotated[
    str,
    _matching(
        rf"{_LABEL}(\.{_LABEL})*", LONGEST_NAME, "an object's name (lower-case letters, digits, inner hyphens and dots)"
    ),
    Field(json_schema_extra=_schema(rf"{_LABEL}(\.{_LABEL})*", LONGEST_NAME)),
]
HostName = Annotated[
    str,
    _matching(rf"{_LABEL}(\.{_LABEL})*", LONGEST_NAME, "a host name like ingest.example.org (lower case, no port)"),
    Field(json_schema_extra=_schema(rf"{_LABEL}(\.{_LABEL})*", LONGEST_NAME)),
]
EnvironmentName = Annotated[
    str,
    _matching(_ENVIRONMENT, LONGEST_NAME, "a variable's name (letters, digits and _, no digit first)"),
    Field(json_schema_extra=_schema(_ENVIRONMENT, LONGEST_NAME)),
]
