"""YAML text as documents: plain values, and the line on which each stands. Knows nothing of what a manifest means."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from telemetry_operator.specs.findings import Finding, Path

LARGEST: Final = 100_000  # values in a text; a manifest has a few hundred
DEEPEST: Final = 50  # blocks in one another; a manifest has ten, and recursion here and behind must not run out
TOO_DEEP: Final = "nested too deep, or an anchor that holds itself"


class NotYamlError(ValueError):
    """The text is not YAML."""

    def __init__(self, problem: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(f"not YAML: {problem}" if column is None else f"not YAML: {problem} (column {column})")
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document."""

    value: object
    node: Node
    repeated: tuple[Finding, ...]
    """Keys that a mapping holds twice: YAML would silently keep one of them."""

    def line_of(self, path: Path) -> int:
        """Line, counted from 1, of the deepest part of the path that is there."""
        node, line = self.node, self.node.start_mark.line
        for part in path:
            if (found := _entry(node, part)) is None:
                break
            line, node = found
        return int(line) + 1


def read_documents(text: str) -> list[Document]:
    """Documents of a text; empty ones are left out.

    Raises:
        NotYamlError: with the line and column, where they are known.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True
    # YAML lets an anchor's name be used again (1.2, 3.2.2.2); the parser would warn whoever runs the program.
    yaml.composer.warn_double_anchors = False
    try:
        nodes = list(yaml.compose_all(text))
        _refuse_giants(nodes)
        values = list(yaml.load_all(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise NotYamlError(str(error.problem), mark and mark.line + 1, mark and mark.column + 1) from None
    except ReaderError as error:
        before = text[: error.position]
        raise NotYamlError(f"the character U+{error.character:04X} is not allowed", before.count("\n") + 1) from None
    except RecursionError:
        raise NotYamlError(TOO_DEEP) from None
    except NotYamlError:
        raise
    except (YAMLError, ValueError, TypeError) as error:
        raise NotYamlError(str(error).partition("\n")[0]) from None
    pairs = zip(values, nodes, strict=True)
    return [Document(value, node, tuple(_repeated(node))) for value, node in pairs if value is not None]


def _entry(node: Node, part: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None


def _repeated(root: Node) -> Iterator[Finding]:
    for path, node in _walk(root, ()):
        lines: dict[str, int] = {}
        for key, _ in node.value if isinstance(node, MappingNode) else ():
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                yield Finding((*path, name), f"stands twice, on lines {lines[name]} and {line}; keep one of them")
            lines[name] = line


def _walk(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    if len(path) > DEEPEST:
        raise NotYamlError(TOO_DEEP)
    yield path, node
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index))
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*path, str(key.value)))


def _refuse_giants(nodes: list[Node]) -> None:
    """Refuse what a few anchors unfold to: a text of ten lines can stand for a billion values."""
    if sum(1 for node in nodes for _ in islice(_walk(node, ()), LARGEST)) >= LARGEST:
        raise NotYamlError(f"more than {LARGEST} values")
