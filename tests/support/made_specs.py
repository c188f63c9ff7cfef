"""Specs made by hypothesis from the schema of the definition: most values right, some at their bounds or beyond."""

import operator
from typing import Any, Final

from hypothesis import strategies as st

from telemetry_operator.specs import backing, duration, observability, quantity
from tests.support.api_server import ROOT, Schema

MOST_FIELDS: Final = 3  # of a block

_DURATIONS: Final = ["1h", "2h", "6h", "1d", "1d6h", "2d12h", "30d", "60d", "90m", "500ms", "36500d", "0s", "1h1d"]
_QUANTITIES: Final = ["250m", "1", 1, 2, "256Mi", "511Mi", "512Mi", "1Gi", "1.5Gi", "10Gi", "20480Mi", 0, "10GB"]
_BY_PATTERN: Final[dict[str, list[Any]]] = {
    duration.PATTERN: _DURATIONS,
    quantity.PATTERN: _QUANTITIES,
    f"^{backing.ADDRESS}$": ["db:5432", "127.0.0.1:5432", "[::1]:1", "db"],
    f"^{backing.ADDRESS}(,{backing.ADDRESS})*$": ["k:9092", "k1:9092,k2:9092", "k:"],
    f"^{observability.URL}$": ["http://otel:4318", "https://otel/x", "otel:4318"],
    "^[A-Za-z_][A-Za-z0-9_]*$": ["A", "B", "C_1", "TELEMETRY_X", "1A"],
}
# Most rules between blocks are about these two.
_PRESETS: Final = [{}, {"architecture": "stream-memory"}, {"architecture": "kafka"}]
_NAMES: Final = ["a", "b", "a.b", "a-1", "A"]


def specs() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(operator.or_, st.sampled_from(_PRESETS), _blocks(ROOT["properties"]["spec"]))


def _values(node: Schema) -> st.SearchStrategy[Any]:
    if "pattern" in node:
        return _mostly(st.sampled_from(_BY_PATTERN.get(node["pattern"], _NAMES)))
    if "enum" in node:
        return _mostly(st.sampled_from(node["enum"]), "other")
    if "properties" in node:
        return _mostly(_blocks(node), {"unknown": 1})
    return _mostly(_of_type(node), ["of another type"])


def _of_type(node: Schema) -> st.SearchStrategy[Any]:
    match node["type"]:
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            bounds = [node[bound] for bound in ("minimum", "maximum") if bound in node]
            beyond = [bound + step for bound in bounds for step in (-1, 1)]
            return st.one_of(st.integers(1, 6), st.integers(1, 6), st.sampled_from([*bounds, *beyond, 1, 2, 3]))
        case "array":
            return st.lists(_values(node["items"]), max_size=2)
        case "object" if "additionalProperties" in node:
            return st.dictionaries(st.sampled_from(["a", "b"]), _values(node["additionalProperties"]), max_size=2)
        case "object":
            return st.sampled_from([{}, {"nodeAffinity": {"weights": [1]}}])
        case _:
            return st.sampled_from(["text", "x", "y"])


@st.composite
def _blocks(draw: st.DrawFn, node: Schema) -> dict[str, Any]:
    fields = node["properties"]
    needed = set(node.get("required", ()))
    chosen = draw(st.sets(st.sampled_from(sorted(fields)), max_size=MOST_FIELDS))
    return {name: draw(_values(fields[name])) for name in sorted(chosen | needed)}


@st.composite
def _mostly(draw: st.DrawFn, values: st.SearchStrategy[Any], otherwise: Any = None) -> Any:  # noqa: ANN401 - JSON
    """Mostly such values; now and then nothing, or something else."""
    luck = draw(st.integers(0, 99))
    return draw(values) if luck < 96 else (None, None, otherwise, None)[luck - 96]
