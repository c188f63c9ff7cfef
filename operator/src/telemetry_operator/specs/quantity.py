"""Amounts as Kubernetes writes them: `10Gi` of memory, `500m` of a CPU."""

import re
from decimal import Decimal
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LONGEST: Final = 24  # characters
LARGEST: Final = 2**63 - 1  # of a number without quotes: the API server keeps those as integers of 64 bits
PATTERN: Final = r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$"
SCHEMA: Final = {
    "x-kubernetes-int-or-string": True,
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": PATTERN,
    "maxLength": LONGEST,
}
NEEDED: Final = "a quantity above zero like 500m, 2, 512Mi or 10Gi is needed"

_FORM: Final = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?", re.ASCII)
_DECIMAL: Final = {suffix: Decimal(1000) ** power for power, suffix in enumerate(["", "k", "M", "G", "T", "P"])}
_BINARY: Final = {suffix: Decimal(1024) ** power for power, suffix in enumerate(["Ki", "Mi", "Gi", "Ti", "Pi"], 1)}
_UNITS: Final = {**_DECIMAL, **_BINARY, "m": Decimal("0.001")}


class Quantity(str):
    """A quantity that keeps the text it was written with."""

    __slots__ = ()

    @property
    def value(self) -> Decimal:
        """Amount in the base unit: bytes, or CPUs."""
        form = _FORM.fullmatch(self)
        return Decimal(form[1]) * _UNITS[form[2] or ""] if form else Decimal(0)

    @property
    def bytes(self) -> int:
        return int(self.value)

    @classmethod
    def parse(cls, given: object) -> Self:
        # YAML reads an unquoted 2 as a number; the API server takes it as well, and an unquoted 0.5 it does not.
        number = isinstance(given, int) and not isinstance(given, bool) and given <= LARGEST
        text = str(given) if number or isinstance(given, str) else ""
        quantity = cls(text)
        if len(text) > LONGEST or not quantity.value:
            raise PydanticCustomError("needed", NEEDED)
        return quantity

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: type, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(SCHEMA)
