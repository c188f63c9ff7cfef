"""Pieces of Markdown: tables, code spans, headings' anchors."""

import re
from collections.abc import Iterable, Sequence

Cells = Sequence[str]

_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


def table(head: Cells, rows: Iterable[Cells]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def code(text: object) -> str:
    return f"`{text}`"


def fenced(text: str, language: str = "") -> str:
    return f"```{language}\n{text.strip()}\n```"


def page(*parts: str) -> str:
    """Join the parts of a page; those without content are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def one_line(text: str) -> str:
    return " ".join(text.split())


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return _NOT_IN_ANCHORS.sub("", heading.strip().lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|") or "–"
