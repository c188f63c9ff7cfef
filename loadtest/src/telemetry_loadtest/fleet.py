"""A simulated fleet: devices with believable signals, and the faults that real ones have.

What arrival number n carries is a function of (seed, n, when it is due), so a fleet can be asked for any window of
time, by any number of workers, and gives the same readings with the same ids. Devices take turns: arrival n is device
n mod size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from telemetry_contract.readings import Reading
from telemetry_loadtest.schedule import Uniform
from telemetry_loadtest.signals import DAY, HOUR, MINUTE, Analog, battery, happens, mixed, state, uniform

MAX_DEVICES = 1_000_000
_SPAN = 10 * MINUTE  # a device that drops out is silent for this long
_PROFILES = 65_536  # devices whose characters are kept at hand


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares (0 to 1) of arrivals that go wrong, and how late a late one is at most."""

    late: float = 0.01
    repeated: float = 0.01
    dropout: float = 0.02
    latest: int = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Arrival:
    """One reading, and when it is due to be sent (µs since the epoch), which may be after its time."""

    due: int
    index: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Character:
    """What makes one device differ from the next: its place, its battery, its habits."""

    name: str
    seed: int
    temperature: Analog
    humidity: Analog
    signal: Analog
    battery_life: int  # µs
    motion: float  # share of minutes in which something moves


class Fleet:
    """`size` devices named `sim-0000` and so on; everything they do follows from `seed`."""

    def __init__(self, size: int, seed: int = 1, *, faults: Faults | None = None) -> None:
        if not 1 <= size <= MAX_DEVICES:
            raise ValueError(f"a fleet of {size} devices was asked for; it may have 1 to {MAX_DEVICES}")
        self.size = size
        self.seed = seed
        self.faults = faults or Faults()

    @property
    def devices(self) -> list[str]:
        return [_name(number) for number in range(self.size)]

    def arrivals(
        self, schedule: Uniform, begin: int, end: int, *, worker: int = 0, workers: int = 1
    ) -> Iterator[Arrival]:
        """What is due in [begin, end), in order; each of several workers gets whole devices: order per device holds."""
        for index in schedule.window(begin, end):
            if index % self.size % workers == worker:
                arrival = self.arrival(schedule, index)
                if arrival is not None:
                    yield arrival

    def arrival(self, schedule: Uniform, index: int) -> Arrival | None:
        """What arrival `index` brings: a reading of now, a late one, the one before again, or none (dropout)."""
        if self._is_repeat(index):
            reading = self._measured(schedule, index - self.size)
        else:
            reading = self._measured(schedule, index)
        return None if reading is None else Arrival(schedule.due(index), index, reading)

    def _is_repeat(self, index: int) -> bool:
        """A repetition repeats what was sent as itself, never another repetition."""
        before = index - self.size
        return before >= 0 and self._drawn_as_repeat(index) and not self._drawn_as_repeat(before)

    def _drawn_as_repeat(self, index: int) -> bool:
        return uniform(self.seed ^ 0x5EA7, index) < self.faults.repeated

    def _measured(self, schedule: Uniform, index: int) -> Reading | None:
        who = _character(self.seed, index % self.size)
        time = schedule.due(index) - self._delay(index)
        if happens(who.seed ^ 0xD80, time, _SPAN, self.faults.dropout):
            return None
        return Reading(device=who.name, time=time, metrics=_metrics(who, time), id=f"{self.seed:x}-{index:x}")

    def _delay(self, index: int) -> int:
        chance = uniform(self.seed ^ 0x1A7E, index)
        return round(chance / self.faults.late * self.faults.latest) if chance < self.faults.late else 0


def _name(number: int) -> str:
    return f"sim-{number:04d}"


@lru_cache(maxsize=_PROFILES)
def _character(seed: int, number: int) -> Character:
    own = mixed(seed, number)
    warm, damp, far, life, busy = (uniform(own, trait) for trait in range(5))
    return Character(
        name=_name(number),
        seed=own,
        temperature=Analog(15 + 10 * warm, 4, 15, 0.8, 0.08, -40, 85),
        humidity=Analog(40 + 25 * damp, 8, 5, 2.5, 0.4, 0, 100),
        signal=Analog(-90 + 40 * far, 0, 0, 2, 1.5, -120, -20, digits=0),
        battery_life=round((20 + 160 * life) * DAY),
        motion=0.02 + 0.3 * busy,
    )


def _metrics(who: Character, time: int) -> dict[str, float | int | bool | str]:
    return {
        "temperature": who.temperature.at(who.seed ^ 0x10, time),
        "humidity": who.humidity.at(who.seed ^ 0x20, time),
        "battery": battery(who.seed, time, who.battery_life),
        "signal": round(who.signal.at(who.seed ^ 0x30, time)),
        "motion": happens(who.seed ^ 0x40, time, MINUTE, who.motion * _awake(time)),
        "state": state(who.seed ^ 0x50, time),
    }


def _awake(time: int) -> float:
    """Things move by day: full share from 07:00 to 22:00 UTC, a tenth of it at night."""
    return 1.0 if 7 * HOUR <= time % DAY < 22 * HOUR else 0.1
