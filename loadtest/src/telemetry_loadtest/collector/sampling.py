"""Asks each server at its own pace, in a thread of its own, until told to stop; what cannot be had is said once."""

import threading
import time
from collections.abc import Callable, Sequence

from telemetry_loadtest.collector.figures import Look, computed
from telemetry_loadtest.collector.lines import Line, Missed, Sampled, Value
from telemetry_loadtest.collector.sources import Connection, Question, Source, UnavailableError


class Sampler:
    """One server's looks. It connects anew where a question found no answer."""

    def __init__(self, source: Source, tell: Callable[[Line], None]) -> None:
        self._source = source
        self._tell = tell
        self._connection: Connection | None = None
        self._before: dict[str, Look] = {}
        self._told: set[Missed] = set()

    def look(self) -> None:
        """Ask every question once."""
        try:
            connection = self._connection = self._connection or self._source.connect()
        except UnavailableError as error:
            for question in self._source.questions:
                self._miss(question, str(error))
            return
        answered = [self._ask(connection, question) for question in self._source.questions]
        if not any(answered):
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, connection: Connection, question: Question) -> bool:
        try:
            counts = connection.ask(question.name)
        except UnavailableError as error:
            self._miss(question, str(error))
            return False
        now, before = Look(time.time(), counts), self._before.get(question.name)
        self._before[question.name] = now
        values = [
            Value(figure.measure, figure.unit, value) for figure, value in computed(question.figures, before, now)
        ]
        if values:
            self._tell(Sampled(self._source.name, now.at, values))
        return True

    def _miss(self, question: Question, reason: str) -> None:
        for figure in question.figures:
            missed = Missed(self._source.name, figure.measure, figure.unit, reason)
            if missed not in self._told:
                self._told.add(missed)
                self._tell(missed)


def sample(sources: Sequence[Source], period: float, tell: Callable[[Line], None], over: threading.Event) -> None:
    """Ask until `over`; `tell` is called from several threads, one at a time."""
    lock = threading.Lock()

    def tell_alone(line: Line) -> None:
        with lock:
            tell(line)

    threads = [
        threading.Thread(target=_ask_on, args=(Sampler(source, tell_alone), period, over), name=source.name)
        for source in sources
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask_on(sampler: Sampler, period: float, over: threading.Event) -> None:
    while not over.is_set():
        began = time.monotonic()
        sampler.look()
        over.wait(max(period - (time.monotonic() - began), 0))
    sampler.close()
