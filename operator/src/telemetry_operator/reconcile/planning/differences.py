"""Whether what we want is part of what is there, compared as the API server itself would merge the two.

Pure. Fields that we do not set are nobody's business here; lists of maps are matched by their merge keys where
Kubernetes merges them, and compared in order elsewhere. The first difference is found as a path with both values, so
that every write has a reason that a person can read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from telemetry_operator.resources.objects import NETWORK_POLICY, SECRET, Object
from telemetry_operator.specs.quantity import Quantity

Element = tuple[tuple[str, Any], ...]
"""The merge keys of one element of a list, with their values."""
Path = tuple[str | int | Element, ...]

# As the API server's own schema says them (x-kubernetes-list-map-keys), for the lists that we send.
MERGE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "ownerReferences": ("uid",),
    "containers": ("name",),
    "initContainers": ("name",),
    "containers.ports": ("containerPort", "protocol"),
    "initContainers.ports": ("containerPort", "protocol"),
    "spec.ports": ("port", "protocol"),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
ATOMIC_KINDS: Final = frozenset({NETWORK_POLICY.kind})
"""Kinds in which none of the lists above is merged, whatever its name."""

QUANTITIES: Final = frozenset({"requests", "limits", "sizeLimit", "averageValue"})
SHOWN: Final = 80  # characters of a value


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as wanted; `found` is None where there is none."""

    path: Path
    wanted: Any
    found: Any
    is_secret: bool = False

    def __str__(self) -> str:
        place = "".join(_told_place(place) for place in self.path).lstrip(".")
        if self.is_secret:
            return f"{place}: another value wanted"
        return f"{place}: {' wanted, '.join(_told_values(self.wanted, self.found))} found"


def differences(wanted: Object, live: Object) -> Iterator[Difference]:
    """Fields of `wanted` that `live` lacks or has otherwise, in the order in which they are wanted."""
    is_secret = wanted.get("kind") == SECRET.kind
    for path, ours, theirs in _differences(wanted, live, (), is_atomic=wanted.get("kind") in ATOMIC_KINDS):
        yield Difference(path, ours, theirs, is_secret and path[0] in {"data", "stringData"})


def first_difference(wanted: Object, live: Object) -> Difference | None:
    return next(differences(wanted, live), None)


def merge_keys_of(path: Path) -> tuple[str, ...] | None:
    """Fields by which the elements of the list at `path` are told apart; None where their order does."""
    names = [place for place in path if isinstance(place, str)]
    return MERGE_KEYS.get(".".join(names[-2:])) or MERGE_KEYS.get(names[-1] if names else "")


def element_of(item: Mapping[str, Any], keys: Sequence[str]) -> Element:
    return tuple((key, item.get(key)) for key in keys)


def _differences(wanted: Any, live: Any, path: Path, *, is_atomic: bool) -> Iterator[tuple[Path, Any, Any]]:  # noqa: ANN401 - JSON
    if isinstance(wanted, dict) and isinstance(live, dict):
        for name, value in wanted.items():
            yield from _differences(value, live.get(name), (*path, name), is_atomic=is_atomic)
    elif isinstance(wanted, list) and isinstance(live, list):
        keys = None if is_atomic else merge_keys_of(path)
        compare = _in_order if keys is None else _by_keys
        yield from compare(wanted, live, path, keys or (), is_atomic=is_atomic)
    elif not _is_same(wanted, live, path):
        yield path, wanted, live


def _in_order(
    wanted: list[Any], live: list[Any], path: Path, _keys: Sequence[str], *, is_atomic: bool
) -> Iterator[tuple[Path, Any, Any]]:
    if len(wanted) != len(live):
        yield path, wanted, live
        return
    for index, (ours, theirs) in enumerate(zip(wanted, live, strict=True)):
        yield from _differences(ours, theirs, (*path, index), is_atomic=is_atomic)


def _by_keys(
    wanted: list[Any], live: list[Any], path: Path, keys: Sequence[str], *, is_atomic: bool
) -> Iterator[tuple[Path, Any, Any]]:
    there = {element_of(item, keys): item for item in live}
    for ours in wanted:
        element = element_of(ours, keys)
        yield from _differences(ours, there.get(element), (*path, element), is_atomic=is_atomic)


def _is_same(wanted: Any, live: Any, path: Path) -> bool:  # noqa: ANN401 - JSON
    # The API server drops what is empty from most objects: to want it again and again would never end.
    if live is None:
        return wanted in ({}, [], "", None, False)
    if wanted == live:
        return True
    if not QUANTITIES.isdisjoint(place for place in path if isinstance(place, str)):
        return _amount(wanted) is not None and _amount(wanted) == _amount(live)
    return False


def _amount(value: Any) -> Decimal | None:  # noqa: ANN401 - JSON
    """A quantity as a number; None where it is none."""
    text = str(value)
    return (Quantity(text).value or None) if text.strip("0.") else Decimal(0)


def _told_place(place: str | int | Element) -> str:
    if isinstance(place, str):
        return f".{place}" if place.replace("_", "").replace("-", "").isalnum() else f"[{place}]"
    if isinstance(place, int):
        return f"[{place}]"
    return f"[{','.join(str(value) for _, value in place)}]"


def _told_values(wanted: Any, found: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Both values, short enough to read; of long texts the first lines that differ, of long lists how many they are."""
    if isinstance(wanted, str) and isinstance(found, str) and "\n" in wanted + found:
        pairs = zip_longest(wanted.splitlines(), found.splitlines())
        wanted, found = next(pair for pair in pairs if pair[0] != pair[1])
    elif isinstance(wanted, list) and isinstance(found, list):
        return f"{len(wanted)} entries", f"{len(found)}"
    return _shown(wanted), _shown(found)


def _shown(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "nothing"
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
