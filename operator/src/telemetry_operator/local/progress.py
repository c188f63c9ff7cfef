"""Telling a person what long work is at; how it is shown is the command's."""

from typing import Protocol


class Progress(Protocol):
    """Receives one short text for each step."""

    def step(self, text: str) -> None: ...
