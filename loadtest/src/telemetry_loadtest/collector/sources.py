"""What can be asked of a server: questions that each stand for themselves, so that one refused leaves the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from telemetry_loadtest.collector.config import Config
from telemetry_loadtest.collector.figures import Counts, Figure

SECONDS: Final = 2.0  # that a server has for an answer


class UnavailableError(Exception):
    """A server does not say what it is asked; the text says why, without a secret."""


class Connection(Protocol):
    """A server that is connected to."""

    def ask(self, question: str) -> Counts:
        """Answer one of the source's questions.

        Raises:
            UnavailableError: it does not.
        """

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the figures that follow from its answers."""

    name: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Source:
    """A server: `connect` may raise `UnavailableError`."""

    name: str
    questions: Sequence[Question]
    connect: Callable[[], Connection]


def sources_of(config: Config) -> list[Source]:
    """The servers of a configuration.

    Raises:
        ModuleNotFoundError: the library of one of them is not installed.
    """
    found = []
    if config.postgres is not None:
        from telemetry_loadtest.collector.postgres import postgres_source  # noqa: PLC0415 - an extra

        found.append(postgres_source(config.postgres))
    if config.redis is not None:
        from telemetry_loadtest.collector.redis import redis_source  # noqa: PLC0415 - an extra

        found.append(redis_source(config.redis))
    if config.kafka is not None:
        from telemetry_loadtest.collector.kafka import kafka_source  # noqa: PLC0415 - an extra

        found.append(kafka_source(config.kafka))
    return found
