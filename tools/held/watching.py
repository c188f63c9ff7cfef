"""Looks at the programs' own metrics beside a load: what waits, and how long it has waited."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from tests.support.platform import RunningPlatform

from telemetry_contract.settings import Component
from tools.held.results import Sample

PERIOD_SECONDS: Final = 0.5


def values_of(text: str, name: str) -> list[float]:
    """Return the samples of one metric in a page of them, whatever their labels."""
    return [float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]


class Watcher:
    """Takes a sample of a platform with a buffer; of one without there is nothing to see."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._platform = platform
        self._begun = time.monotonic()
        self.samples: list[Sample] = []

    def look(self) -> Sample | None:
        """Take a sample, nothing where a program does not answer."""
        if not self._platform.queued:
            return None
        try:
            consumer, producer = (self._page(it) for it in (Component.CONSUMER, Component.PRODUCER))
        except httpx.TransportError:
            return None
        sample = Sample(
            at=round(time.monotonic() - self._begun, 2),
            lag=int(sum(values_of(consumer, "telemetry_consumer_lag_records"))),
            oldest=max(values_of(consumer, "telemetry_consumer_oldest_unread_seconds"), default=0.0),
            buffer_age=max(values_of(producer, "telemetry_buffer_age_seconds"), default=0.0),
        )
        self.samples.append(sample)
        return sample

    def _page(self, component: Component) -> str:
        return httpx.get(f"{self._platform.process(component).management_url}/metrics").text


@contextmanager
def watching(platform: RunningPlatform) -> Iterator[Watcher]:
    """Look every half second in a thread of its own."""
    watcher, stop = Watcher(platform), threading.Event()

    def run() -> None:
        while not stop.wait(PERIOD_SECONDS):
            watcher.look()

    thread = threading.Thread(target=run, name="watching")
    thread.start()
    try:
        yield watcher
    finally:
        stop.set()
        thread.join()
