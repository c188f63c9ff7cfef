"""How long to wait before trying again: longer each time, and never in step with others."""

import random
from collections.abc import Callable
from typing import Final

FIRST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 5.0


class Pauses:
    """Growing pauses with jitter: each lies between half and all of a bound that doubles."""

    def __init__(
        self,
        first: float = FIRST_SECONDS,
        longest: float = LONGEST_SECONDS,
        *,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._first = first
        self._longest = longest
        self._uniform = uniform
        self._bound = first

    def following(self) -> float:
        """Return the next pause in seconds."""
        bound = self._bound
        self._bound = min(2 * bound, self._longest)
        return self._uniform(bound / 2, bound)

    def reset(self) -> None:
        self._bound = self._first
