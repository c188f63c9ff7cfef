"""One stage at a time: faults of one architecture follow one another on it, and one that failed gets no successor."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.faults.stage import Architecture, Stage, staged


class Stages:
    """Hands out the stage of an architecture, built when the last one was another's."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = 0
        self._stack = contextlib.ExitStack()
        self._stage: Stage | None = None

    @contextlib.contextmanager
    def on(self, architecture: Architecture) -> Iterator[Stage]:
        if self._stage is None or self._stage.architecture != architecture:
            self.close()
            self._number += 1
            own = self._directory / f"{architecture.name}-{self._number}"
            own.mkdir(parents=True)
            self._stage = self._stack.enter_context(staged(architecture, own))
        try:
            yield self._stage
        except BaseException:
            self.close()  # nobody can say any more what is stored there
            raise

    def close(self) -> None:
        self._stage = None
        self._stack.close()
