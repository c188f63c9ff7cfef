"""The processor time of watched processes over a window, and the loop that most measurements are."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psutil

from tools.bench.plans import Measured, Timing

OWN: Final = "load"
OTHERS: Final = "others"


class Meter:
    """Processor time of processes from the moment it is made, their children included.

    The own process, without its children, is called `load`; `others` is what everybody else on the machine used.
    """

    def __init__(self, watch: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in watch.items()}
        self._own = psutil.Process()
        self._before = self._read()

    def shares(self, seconds: float) -> dict[str, float]:
        """Return how much of a core each has used in these seconds."""
        return {name: round((now - self._before[name]) / seconds, 3) for name, now in self._read().items()}

    def _read(self) -> dict[str, float]:
        ours = {name: _family_seconds(process) for name, process in self._processes.items()}
        ours[OWN] = _seconds(self._own)
        return ours | {OTHERS: _machine_seconds() - sum(ours.values())}


def _machine_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


def _family_seconds(process: psutil.Process) -> float:
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(map(_seconds, family))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def repeat(step: Callable[[], int], timing: Timing, watch: Mapping[str, int]) -> Measured:
    """Call `step`, which returns how much it did, over and over; what it does while warming up does not count."""
    warm = time.perf_counter() + timing.warm
    while time.perf_counter() < warm:
        step()
    meter, count = Meter(watch), 0
    begun = time.perf_counter()
    while (now := time.perf_counter()) < begun + timing.seconds:
        count += step()
    return Measured(count=count, seconds=now - begun, cpu=meter.shares(now - begun))


def once(work: Callable[[], int], watch: Mapping[str, int]) -> Measured:
    """Do a work that has an end, and time it whole."""
    meter, begun = Meter(watch), time.perf_counter()
    count = work()
    seconds = time.perf_counter() - begun
    return Measured(count=count, seconds=seconds, cpu=meter.shares(seconds))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share of an ordered sequence lies, by the nearest rank."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
