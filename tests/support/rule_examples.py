"""The specs and values that models and API server are both asked about: `tests/e2e/manifests`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML

MANIFESTS: Final = Path(__file__).parents[1] / "e2e" / "manifests"

Spec = dict[str, Any]


class Change(NamedTuple):
    """A spec, and what it may be changed into."""

    name: str
    before: Spec
    accepted: Spec
    refused: Spec


def read_examples(name: str) -> dict[str, Any]:
    examples: dict[str, Any] = YAML(typ="safe").load((MANIFESTS / f"{name}.yaml").read_text())
    return examples


def changes() -> list[Change]:
    return [Change(name, **case) for name, cases in read_examples("changes").items() for case in cases]


def values(*, accepted: bool) -> list[tuple[str, Spec]]:
    """What each value is called, and a spec with it."""
    return list(_values(accepted=accepted))


def _values(*, accepted: bool) -> Iterator[tuple[str, Spec]]:
    for name, case in read_examples("values").items():
        for value in case["accepted" if accepted else "refused"]:
            yield f"{name}: {value!r}", _with(case.get("beside", {}), case["field"].split("."), value)


def _with(spec: Spec, path: list[str], value: object) -> Spec:
    name, *rest = path
    return {**spec, name: _with(spec.get(name, {}), rest, value) if rest else value}
