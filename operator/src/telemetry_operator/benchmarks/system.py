"""What the platform's processes took meanwhile, and what they said of themselves, on the run's clock.

Processor time and memory come from the operating system, a server's child processes counted with it; requests, requests
in flight and lag from the services' own metrics, the servers' own figures by the collector (`collecting`). A source
that does not answer is said to be unavailable, never nought.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final, Self

import httpx
import psutil

from telemetry_loadtest.collector.lines import growth
from telemetry_loadtest.results import Event, Series
from telemetry_operator.benchmarks.collecting import Collector, servers_environment
from telemetry_operator.benchmarks.figures import Figure, sums_of
from telemetry_operator.local.plan import Process
from telemetry_operator.local.state import State
from telemetry_operator.local.supervision import Supervisor

PERIOD: Final = 1.0  # seconds
SCRAPE_SECONDS: Final = 0.5


CPU: Final = Figure("cpu", "cores", grows=True)
MEMORY: Final = Figure("memory", "bytes")


@dataclass(slots=True)
class _Track:
    """Raw values of one figure by the clock (seconds since the epoch)."""

    values: list[tuple[float, float]] = field(default_factory=list)

    def points(self, figure: Figure, begin: float) -> list[tuple[float, float]]:
        if not figure.grows:
            return [(round(at - begin, 3), value) for at, value in self.values]
        return [(round(at - begin, 3), grown) for at, grown in growth(self.values)]


class Watcher:
    """Samples a platform in a thread while the block runs."""

    def __init__(self, state: State, processes: tuple[Process, ...]) -> None:
        self._supervisor = Supervisor(state.run, state.logs)
        self._processes = processes
        self._tracks: dict[tuple[str, Figure], _Track] = defaultdict(_Track)
        self._known: dict[str, psutil.Process] = {}
        self._events: list[tuple[float, str]] = []
        self._unanswered: dict[str, int] = defaultdict(int)
        self._collector = Collector(servers_environment(state))
        self._running = ExitStack()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="system-metrics", daemon=True)

    def __enter__(self) -> Self:
        self._running.enter_context(self._collector)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._running.close()

    def series(self, begin: float) -> list[Series]:
        """Everything that was seen, by source; `begin` is the run's, in seconds since the epoch."""
        tracks = sorted(self._tracks.items(), key=lambda item: (item[0][0], item[0][1].measure))
        seen = [
            Series(source, figure.measure, figure.unit, points)
            for (source, figure), track in tracks
            if (points := track.points(figure, begin))
        ]
        return [*seen, *self._collector.series(begin), *self._missing({one.source for one in seen})]

    def events(self, begin: float) -> list[Event]:
        return [Event(round(at - begin, 3), text) for at, text in self._events]

    def _missing(self, seen: set[str]) -> Iterator[Series]:
        for process in self._processes:
            if process.name not in seen:
                yield Series(process.name, CPU.measure, CPU.unit, [], "the process was not found")
        for name, times in sorted(self._unanswered.items()):
            yield Series(name, "metrics", "", [], f"its metrics did not answer {times} times")

    def _run(self) -> None:
        with httpx.Client(timeout=SCRAPE_SECONDS, trust_env=False) as client:
            over = False
            while not over:
                began = time.monotonic()
                over = self._over.is_set()  # and one more look: the run's last second ended since the one before
                self._look(client)
                self._over.wait(max(PERIOD - (time.monotonic() - began), 0))

    def _look(self, client: httpx.Client) -> None:
        self._find()
        for name, process in list(self._known.items()):
            self._sample(name, process)
        for described in self._processes:
            if described.management_port is not None:
                self._scrape(described.name, described.management_port, client)

    def _find(self) -> None:
        if len(self._known) == len(self._processes) and all(one.is_running() for one in self._known.values()):
            return
        for name, info in self._supervisor.processes().items():
            known = self._known.get(name)
            if info.pid > 0 and (known is None or known.pid != info.pid):
                if known is not None:
                    self._events.append((time.time(), f"{name} was started anew"))
                self._known[name] = psutil.Process(info.pid)

    def _sample(self, name: str, process: psutil.Process) -> None:
        try:
            family = [process, *process.children(recursive=True)]
            times = [one.cpu_times() for one in family]
            memory = sum(one.memory_info().rss for one in family)
        except psutil.Error:
            return  # gone, or a child that ended while we looked: the next look finds what is there
        now = time.time()
        used = sum(one.user + one.system for one in times)
        self._tracks[name, CPU].values.append((now, used))
        self._tracks[name, MEMORY].values.append((now, float(memory)))

    def _scrape(self, name: str, port: int, client: httpx.Client) -> None:
        try:
            text = client.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
        except httpx.HTTPError:
            self._unanswered[name] += 1
            return
        now = time.time()
        for figure, value in sums_of(text).items():
            self._tracks[name, figure].values.append((now, value))
