"""Which names a model allows at a path, and where else in it a name would be right."""

from collections.abc import Iterator
from itertools import takewhile
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from telemetry_operator.specs.findings import Path


def names_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Names, as the manifest writes them, of the block at a path."""
    block = _block_at(model, path)
    return tuple(_names(block)) if block else ()


def home_of(model: type[BaseModel], path: Path) -> Path | None:
    """Where the last name of a path is a field, as near to the path as there is one; places in lists left out."""
    homes = [home for home in _paths(model, ()) if home[-1] == path[-1]]
    return max(homes, key=lambda home: (_shared(home, path), -len(home)), default=None)


def _shared(one: Path, other: Path) -> int:
    pairs = zip(one, other, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _block_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    block: type[BaseModel] | None = model
    for part in path:
        if block is None:
            return None
        block = block if isinstance(part, int) else _names(block).get(part)
    return block


def _names(block: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    return {field.alias or name: _block_in(field.annotation) for name, field in block.model_fields.items()}


def _block_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation may be anything
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {UnionType, Union, tuple}:
        return next((block for inner in get_args(annotation) if (block := _block_in(inner))), None)
    return None


def _paths(block: type[BaseModel], path: Path) -> Iterator[Path]:
    for name, field in block.model_fields.items():
        place = (*path, field.alias or name)
        yield place
        inner = _block_in(field.annotation)
        if inner and get_origin(field.annotation) is not tuple:
            yield from _paths(inner, place)
