"""Words of CEL, the language of the API server's rules, as this kind needs them.

`self` is the block that a rule stands at; `of` names another value of the same kind, such as `oldSelf`. The API server
estimates what a rule may cost before it takes one, and knows no bound for text that comes out of `string()` or of an
optional (`self.?a.orValue("")`): hence `has()` and a condition instead.
"""

import json
from dataclasses import dataclass
from typing import Final, Literal

from telemetry_contract.architecture import PRESETS
from telemetry_operator.specs.spec import PlatformSpec

DAY: Final = 86_400_000  # milliseconds

Choice = Literal["writes", "store", "reads", "scaling"]

_DEFAULTS: Final = PlatformSpec().model_dump(mode="json", by_alias=True)


@dataclass(frozen=True, slots=True)
class Validation:
    """An entry of `x-kubernetes-validations`."""

    rule: str
    message: str
    path: str = ""
    """Field that is at fault, from the rule's own block on: `.consumer.replicas`."""
    reason: Literal["FieldValueInvalid", "FieldValueForbidden"] = "FieldValueInvalid"

    def as_dict(self) -> dict[str, str]:
        place = {"fieldPath": self.path} if self.path else {}
        return {"rule": self.rule, "message": self.message, **place, "reason": self.reason}


def present(path: str, of: str = "self") -> str:
    """Whether a field stands, and the blocks around it."""
    names = path.split(".")
    return " && ".join(f"has({of}.{'.'.join(names[:depth])})" for depth in range(1, len(names) + 1))


def default_of(path: str) -> str:
    """Default that the models give a field of the spec, as CEL writes it."""
    value = _DEFAULTS
    for name in path.split("."):
        value = value[name]
    return json.dumps(value)


def value(path: str, of: str = "self") -> str:
    """Value of a field of the spec, or its default."""
    return f"({present(path, of)} ? {of}.{path} : {default_of(path)})"


def choice(name: Choice, of: str = "self") -> str:
    """One of the four choices: what is set beside the preset, or the preset's."""
    presets = {preset: str(getattr(choices, name)) for preset, choices in PRESETS.items()}
    usual, other = dict.fromkeys(presets.values())
    unusual = json.dumps([preset for preset, chosen in presets.items() if chosen == other])
    return f'(has({of}.{name}) ? {of}.{name} : {of}.architecture in {unusual} ? "{other}" : "{usual}")'


def milliseconds(text: str) -> str:
    """Length of a duration. CEL knows no days: of `2d12h` they are split off."""
    days = f'int({text}.substring(0, {text}.indexOf("d"))) * {DAY}'
    rest = f'({text}.endsWith("d") ? 0 : duration({text}.substring({text}.indexOf("d") + 1)).getMilliseconds())'
    return f'({text}.contains("d") ? {days} + {rest} : duration({text}).getMilliseconds())'


def quantity(given: str) -> str:
    """An amount; the manifest may hold a number or text."""
    return f"quantity(string({given}))"
