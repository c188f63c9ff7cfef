"""`docs/settings.md`: every variable of every program, from the programs' own settings models."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import telemetry
from telemetry.core.settings import ProgramSettings
from telemetry_contract.settings import PREFIX, Component, Variable
from telemetry_operator.controller.settings import PREFIX as OPERATOR_PREFIX
from telemetry_operator.controller.settings import OperatorSettings
from tools.reference.docstrings import of_class
from tools.reference.markdown import code, page, table
from tools.reference.schemas import in_words, without_null

INTRO: Final = """\
# Settings

A service's settings are its environment. On one machine and in a cluster the operator makes it from the manifest
([platform.md](platform.md)); set a variable by hand only where you start a program by hand. A variable that a program
does not know, or lacks, is one line and exit code 2; `python -m telemetry.producer --print-config` shows what a
program was given, secrets redacted.

Programs: `python -m telemetry.producer`, `telemetry.consumer`, `telemetry.analytics`, and `telemetry.core.prepare`,
which runs once before them. Where programs differ, the cell says which. A default of *required* has none; – means
off, or decided by the architecture.

This page is made from the code by `make docs`.

## Services
"""
OPERATORS: Final = """\
## Operator

`python -m telemetry_operator.operate`. The Helm chart sets them from its values; in a pod it reaches the API server as
the pod's ServiceAccount, elsewhere by `KUBECONFIG`. `--print-config` shows what it was given.
"""
UNITS: Final = {
    "SECONDS": "seconds",
    "BYTES": "bytes",
    "RATE": "readings/s",
    "BURST": "readings",
    "READINGS": "readings",
    "REQUESTS": "requests",
    "CONNECTIONS": "connections",
    "PARTITIONS": "partitions",
    "RATIO": "share",
    "IN_FLIGHT": "requests",
    "METRICS": "metrics",
    "PAGE": "items",
    "REPLICAS": "processes",
}


_OURS: Final = {"telemetry", "telemetry_operator"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable, as one program reads it."""

    component: Component | None
    """None: the operator."""
    kind: str
    default: str
    meaning: str


def settings_models() -> dict[Component, type[ProgramSettings]]:
    """Return each program's model: the one that is defined in the program's module."""
    for module in pkgutil.walk_packages(telemetry.__path__, "telemetry."):
        if module.name.endswith((".settings", ".prepare")):
            importlib.import_module(module.name)
    found: dict[Component, type[ProgramSettings]] = {}
    for model in _subclasses(ProgramSettings):
        for component in Component:
            if component in model.__module__.split("."):
                found[component] = model
    return dict(sorted(found.items(), key=lambda pair: list(Component).index(pair[0])))


def read_settings() -> dict[str, list[Setting]]:
    """Return every variable that a program knows, in the contract's order."""
    order = [variable.value for variable in Variable]
    found: dict[str, list[Setting]] = {name: [] for name in order}
    for component, model in settings_models().items():
        for name, setting in _settings_of(model, component):
            found.setdefault(PREFIX + name.upper(), []).append(setting)
    return {name: settings for name, settings in found.items() if settings}


def read_operator_settings() -> dict[str, Setting]:
    return {OPERATOR_PREFIX + name.upper(): setting for name, setting in _settings_of(OperatorSettings, None)}


def undocumented() -> list[str]:
    """Return the variables of which no model says what they mean."""
    operators = [name for name, setting in read_operator_settings().items() if not setting.meaning]
    return operators + [name for name, found in read_settings().items() if not any(one.meaning for one in found)]


def build_settings() -> str:
    rows = [_row(name, settings) for name, settings in read_settings().items()]
    services = table(["variable", "programs", "value", "unit", "default", "meaning"], rows)
    rows = [
        [code(name), setting.kind, _unit(name), setting.default, setting.meaning]
        for name, setting in read_operator_settings().items()
    ]
    return page(INTRO, services, OPERATORS, table(["variable", "value", "unit", "default", "meaning"], rows))


def _settings_of(model: type[BaseModel], component: Component | None) -> Iterator[tuple[str, Setting]]:
    properties = model.model_json_schema()
    for name, field in model.model_fields.items():
        schema = _resolve(properties["properties"][name], properties.get("$defs", {}))
        yield name, Setting(component, in_words(without_null(schema)), _default(field), _meaning(model, name, field))


def _row(name: str, settings: list[Setting]) -> list[str]:
    programs = "all" if len(settings) == len(Component) else ", ".join(str(each.component) for each in settings)
    kinds, defaults, meanings = ([(s.component, getattr(s, part)) for s in settings] for part in
                                 ("kind", "default", "meaning"))  # fmt: skip
    return [
        code(name),
        programs,
        _merged(kinds),
        _unit(name),
        _merged(defaults),
        _merged([m for m in meanings if m[1]]),
    ]


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith("_" + ending)), "")


def _merged(texts: list[tuple[Component | None, str]]) -> str:
    """Say once what all programs say; otherwise who says what."""
    distinct: dict[str, list[str]] = {}
    for component, text in texts:
        distinct.setdefault(text, []).append(str(component))
    if len(distinct) == 1:
        return next(iter(distinct))
    return "; ".join(f"{' and '.join(components)}: {text or '–'}" for text, components in distinct.items())


def _meaning(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    if field.description:
        return field.description
    ours = (base for base in inspect.getmro(model) if base.__module__.split(".")[0] in _OURS)
    return next((text for base in ours if (text := of_class(base).get(name))), "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    value = field.get_default(call_default_factory=True)
    value = value.value if isinstance(value, Enum) else value
    if value in (None, "", ()):
        return ""
    return code(f"{value:g}" if isinstance(value, float) else value)


def _resolve(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return {**schema, "anyOf": [_resolve(one, definitions) for one in schema["anyOf"]]}
    reference = schema.get("$ref")
    return definitions[reference.rpartition("/")[2]] if reference else schema


def _subclasses(model: type[ProgramSettings]) -> Iterator[type[ProgramSettings]]:
    for found in model.__subclasses__():
        yield found
        yield from _subclasses(found)
