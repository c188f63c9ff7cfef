"""What ends the engine with nothing measured."""

from telemetry_loadtest.endings import Ending, LastWords


class EngineError(Exception):
    """A run that cannot be begun, or a worker that cannot go on."""

    def __init__(self, ending: Ending, message: str) -> None:
        super().__init__(message)
        self.last_words = LastWords(ending, message)
