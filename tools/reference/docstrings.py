"""Docstrings below names: of a model's fields, an enumeration's members, a module's constants.

Python keeps no such docstring; they are read from the source.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from itertools import pairwise

from tools.reference.markdown import one_line


def below_names(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr | None, str]]:
    """Yield each assigned name with its value and the docstring below it, empty where there is none."""
    for statement, following in pairwise([*body, None]):
        named = _assigned(statement)
        if named is not None:
            yield *named, _text(following)


def of_class(owner: type) -> dict[str, str]:
    """Return the docstrings below the names of one class, those that it inherits left out."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - tells mypy
    return {name: text for name, _, text in below_names(definition.body) if text}


def _assigned(statement: ast.stmt | None) -> tuple[str, ast.expr | None] | None:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return None


def _text(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return one_line(value) if isinstance(value, str) else ""
    return ""
