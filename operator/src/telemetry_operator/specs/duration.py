"""Durations as manifests write them: `30d`, `1h30m`, `500ms`."""

import re
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LONGEST: Final = 24  # characters: keeps the number small, for the API server's rules as well as for ours
PATTERN: Final = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
SCHEMA: Final = {"type": "string", "pattern": PATTERN, "minLength": 1, "maxLength": LONGEST}
MOST_DAYS: Final = 36_500  # so that every sum with a time of today is a time, and fits where servers count milliseconds
NEEDED: Final = "a duration like 30d, 1h30m, 45s or 500ms is needed, largest unit first and longer than nothing"
TOO_LONG: Final = f"at most {MOST_DAYS}d is allowed"

_FORM: Final = re.compile(r"(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?", re.ASCII)
_UNITS: Final = (86_400_000, 3_600_000, 60_000, 1_000, 1)  # milliseconds


class Duration(str):
    """A duration that keeps the text it was written with."""

    __slots__ = ()

    @property
    def milliseconds(self) -> int:
        form = _FORM.fullmatch(self)
        parts = form.groups() if form else ()
        return sum(int(part.rstrip("dhms")) * unit for part, unit in zip(parts, _UNITS, strict=False) if part)

    @property
    def seconds(self) -> float:
        return self.milliseconds / 1000

    @classmethod
    def parse(cls, text: str) -> Self:
        duration = cls(text)
        if len(text) > LONGEST or duration.milliseconds == 0:
            raise PydanticCustomError("needed", NEEDED)
        if duration.milliseconds > MOST_DAYS * _UNITS[0]:
            raise PydanticCustomError("too-long", TOO_LONG)
        return duration

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: type, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.custom_error_schema(core_schema.str_schema(), "needed", custom_error_message=NEEDED)
        return core_schema.no_info_after_validator_function(cls.parse, text)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(SCHEMA)
