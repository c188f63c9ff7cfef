"""The errors that a person is meant to read: what was found, and the way out."""


class PlatformError(Exception):
    """Something that a person can put right. `hint` says how, in one line."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
