"""What hypothesis draws for the contract's tests: readings, and the many texts that JSON has for each."""

import json
import string
from random import Random
from typing import Any

from hypothesis import strategies as st

from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading
from telemetry_contract.times import MAX_TIME, MIN_TIME, format_time

ALPHANUMERIC = string.ascii_letters + string.digits

DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)

devices = st.text(ALPHANUMERIC + "._:-", min_size=1, max_size=20)
times = st.integers(MIN_TIME, MAX_TIME)
ids = TEXTS.filter(bool)
values = st.one_of(st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER), DOUBLES, st.booleans(), TEXTS)
names = st.builds(str.__add__, st.sampled_from(ALPHANUMERIC + "_"), st.text(ALPHANUMERIC + "_.:/-", max_size=8))
metrics = st.dictionaries(names, values, min_size=1, max_size=5)
readings = st.builds(Reading, devices, times, metrics, st.none() | ids)

# Objects as pairs, so that a key can stand twice in one.
Pairs = list[tuple[str, Any]]


def to_pairs(reading: Reading) -> Pairs:
    pairs: Pairs = [("device", reading.device), ("time", format_time(reading.time))]
    pairs.append(("metrics", list(reading.metrics.items())))
    return pairs if reading.id is None else [*pairs, ("id", reading.id)]


class Scribe:
    """Writes JSON in any of the ways that mean the same: spacing, order of keys, characters as escapes."""

    def __init__(self, random: Random, *, escapes: float = 0.2) -> None:
        self._random = random
        self._escapes = escapes

    def object_of(self, pairs: Pairs) -> str:
        shuffled = self._random.sample(pairs, len(pairs))
        return self._join("{", [f"{self.text(name)}{self._space()}:{self.value(it)}" for name, it in shuffled], "}")

    def list_of(self, items: list[Pairs]) -> str:
        return self._join("[", [self.object_of(item) for item in items], "]")

    def value(self, value: Any) -> str:  # noqa: ANN401 - anything that JSON can say
        if isinstance(value, list):
            written = self.object_of(value)
        else:
            written = self.text(value) if isinstance(value, str) else json.dumps(value)
        return self._space() + written + self._space()

    def text(self, text: str) -> str:
        return f'"{"".join(map(self._character, text))}"'

    def _character(self, character: str) -> str:
        if self._random.random() < self._escapes:
            return self._escape(character)
        return json.dumps(character, ensure_ascii=False)[1:-1]

    def _escape(self, character: str) -> str:
        units = character.encode("utf-16-be")
        escapes = "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
        return self._random.choice([escapes, "\\u".join(part.upper() for part in escapes.split("\\u"))])

    def _join(self, begin: str, parts: list[str], end: str) -> str:
        spaced = [self._space() + part + self._space() for part in parts]
        return begin + ",".join(spaced) + end

    def _space(self) -> str:
        return self._random.choice(["", "", " ", "\n", "\t\r "])


@st.composite
def doubled(draw: st.DrawFn, reading: Reading) -> Pairs:
    """A reading with one key once more, at either level, with the same value or another."""
    pairs = to_pairs(reading)
    inner = draw(st.booleans())
    target: Pairs = dict(pairs)["metrics"] if inner else pairs
    name, value = draw(st.sampled_from(target))
    target.append((name, draw(st.just(value) | (values if inner else st.none() | ids))))
    return pairs


@st.composite
def mangled(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with up to four bytes taken out, put in or changed, preferably to what JSON is made of."""
    result = bytearray(body)
    byte = st.sampled_from(b'{}[]:,"\\u003aA.eE+-0123456789 \n\x00\x1f\x7f\xc3\xed\xff') | st.integers(0, 255)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(result)))
        result[at : at + draw(st.integers(0, 2))] = bytes(draw(st.lists(byte, max_size=3)))
    return bytes(result)
