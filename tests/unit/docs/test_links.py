"""What the Markdown files point at is there: files, anchors, modules, make targets."""

import importlib.util
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from tests.unit.docs.markdown import FILES, ROOT, anchors, code_lines, code_spans, links

FOLDERS: Final = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"build", "tmp"}
SOURCES: Final = [path for room in ("contract", "operator", "services", "loadtest", "tools")
                  for path in (ROOT / room).rglob("*.py") if "build" not in path.parts]  # fmt: skip
TARGETS: Final = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

_FILE: Final = re.compile(r"\.?[\w.-]+(/[\w.-]+)+/?|[\w-]+\.(md|toml|yaml|json|lock)")
_MODULE: Final = re.compile(r"telemetry(_contract|_operator|_loadtest)?(\.[a-z_]+)+")
_MAKE: Final = re.compile(r"(?:^|[;&|] *|`)make ([a-z][a-z0-9-]*)")
_DOCUMENT: Final = re.compile(r"docs/[\w/-]+\.(?:md|json)")

everywhere: Final = pytest.mark.parametrize("path", FILES, ids=str)


@everywhere
def test_each_link_leads_somewhere(path: Path) -> None:
    assert [link for link in links(path) if not is_there(path, link)] == []


def is_there(source: Path, link: str) -> bool:
    if re.match("[a-z]+:", link):
        return link.startswith("https://")
    name, _, fragment = unquote(link).partition("#")
    target = (ROOT / source.parent / name).resolve() if name else ROOT / source
    if not target.exists():
        return False
    return not fragment or fragment in anchors(target.relative_to(ROOT))


@everywhere
def test_each_file_that_is_named_exists(path: Path) -> None:
    named = [span for span in code_spans(path) if _FILE.fullmatch(span) and span.split("/")[0] in FOLDERS]
    assert [name for name in named if not (ROOT / name).exists()] == []


@everywhere
def test_each_module_that_is_named_exists(path: Path) -> None:
    named = {span for span in code_spans(path) if _MODULE.fullmatch(span)}
    assert [name for name in sorted(named) if not is_module(name)] == []


def is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@everywhere
def test_each_make_target_that_is_named_exists(path: Path) -> None:
    assert {target for line in code_lines(path) for target in _MAKE.findall(line)} <= TARGETS


def test_each_document_that_the_code_names_exists() -> None:
    named = {(path.name, name) for path in SOURCES for name in _DOCUMENT.findall(path.read_text())}
    assert [pair for pair in sorted(named) if not (ROOT / pair[1]).exists()] == []
