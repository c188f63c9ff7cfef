"""The phases: what a path carries, then a load that lasts, a backlog, a buffer that grows old, and too much of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

import httpx
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

from telemetry_contract.keys import make_device_key
from telemetry_contract.settings import Component
from telemetry_contract.times import format_time
from telemetry_contract.topics import readings_topic
from telemetry_operator.environment import topic_prefix
from tools.bench import plans
from tools.bench.processes import MeasurementError, measure
from tools.bench.readings import name_devices
from tools.bench.rows import POST_PATH, QUEUED
from tools.bench.site import Site
from tools.held.generator import generating
from tools.held.judging import errors_of
from tools.held.pacing import Paced
from tools.held.probing import probing
from tools.held.results import Age, Backlog, Held, Overload
from tools.held.watching import Watcher, watching

DEVICES: Final = 1000
CLOSED_CONNECTIONS: Final = (64, 256)
TENTHS: Final = range(10, 4, -1)  # of a closed loop's rate, tried until one is held
MOST_MILLISECONDS: Final = 1000.0  # at p99 where a rate is held
MOST_CONNECTIONS: Final = 1500  # more than a producer lets in at once
PATIENCE: Final = 1.0  # seconds that an arrival waits for a free connection
OVERLOAD_PATIENCE: Final = 0.25  # seconds: a queue that gathers in the generator is not the platform's to get over
DRAIN_SECONDS: Final = 600.0
MOST_AGE: Final = 15.0  # seconds that the buffer may grow old where that is measured
PROBE_SECONDS: Final = 0.05
PROBE_DEVICE: Final = "bench-age"
WARM_SECONDS: Final = 2.0
USUAL_DRAIN_SECONDS: Final = 1.5  # until a consumer that keeps up has stored, and says so
FAST: Final = 0.25  # seconds between two looks at a backlog


class Lengths(NamedTuple):
    """Shares of what is carried, seconds of the phases, and readings of the backlog."""

    carry: float
    held: float
    calm: float
    overload: float
    backlog: int
    share: float = 0.7
    live: float = 0.4
    times: float = 3.0


class Phases:
    """Drives one preset's platform.

    `carried` is measured first: requests/s as an open model, all of them accepted in time, and stored in pace.
    """

    def __init__(self, site: Site, preset: str, lengths: Lengths) -> None:
        self._site = site
        self._preset = preset
        self._lengths = lengths
        self._platform = start(site.platform(preset, "held"))
        self._devices = name_devices(DEVICES)
        self._keys = [make_device_key(self._platform.keyring, device) for device in self._devices]

        self.carried = self._held_share(max(self._closed(count) for count in CLOSED_CONNECTIONS))

    @property
    def queued(self) -> bool:
        return self._platform.queued

    @property
    def _expected(self) -> int:
        return QUEUED if self.queued else 200

    def _closed(self, connections: int) -> float:
        """Return the rate of a closed loop, less the time that the consumer takes for what is not stored by then."""
        timing = plans.Timing(warm=WARM_SECONDS, seconds=self._lengths.carry)
        measured = measure(self._request(connections, timing), self._site.layout.load)
        begun, loaded = time.perf_counter(), timing.warm + timing.seconds
        self._until_drained()
        late = max(time.perf_counter() - begun - USUAL_DRAIN_SECONDS, 0.0)
        return measured.rate * loaded / (loaded + late)

    def _held_share(self, closed: float) -> float:
        """Return the most tenths of a closed loop's rate that an open model, which costs more to make, gets through.

        Raises:
            MeasurementError: not even half of it.
        """
        for tenths in TENTHS:
            rate = closed * tenths / 10
            with generating(self._paced([(rate, self._lengths.carry)])) as generator:
                (stage,) = generator.result()
            self._until_drained()
            if not errors_of(stage, str(self._expected)) and (stage.p99 or 0.0) < MOST_MILLISECONDS:
                return rate
        raise MeasurementError(f"not even half of {closed:,.0f} requests/s, which a closed loop makes, are carried")

    def held(self) -> Held:
        rate = self.carried * self._lengths.share
        with ExitStack() as stack:
            generator = stack.enter_context(generating(self._paced([(rate, self._lengths.held)])))
            watcher = stack.enter_context(watching(self._platform))
            prober = stack.enter_context(probing(self._platform))
            (stage,) = generator.result()
        self._until_drained()
        return Held(stage=stage, samples=watcher.samples, freshness=prober.freshness())

    def backlog(self) -> Backlog:
        """Let readings gather with the consumer stopped, then start it while live ones come."""
        consumer = self._platform.process(Component.CONSUMER)
        consumer.stop()
        self._produce(self._lengths.backlog)
        rate = self.carried * self._lengths.live
        with generating(self._paced([(rate, DRAIN_SECONDS)])) as generator:
            consumer.start().until_ready()
            begun, watcher = time.perf_counter(), Watcher(self._platform)
            self._until_caught_up(watcher, rate)
            seconds = time.perf_counter() - begun
            generator.stop()
            (stage,) = generator.result()
        self._until_drained()
        return Backlog(
            readings=self._lengths.backlog, live=stage, drained_seconds=round(seconds, 1), samples=watcher.samples
        )

    def overload(self) -> Overload:
        usual = self.carried * self._lengths.share
        too_much = self.carried * self._lengths.times
        calm = self._lengths.calm
        stages = [(usual, calm), (too_much, self._lengths.overload), (usual, calm)]
        with generating(self._paced(stages, OVERLOAD_PATIENCE)) as generator:
            before, during, after = generator.result()
        self._until_drained()
        return Overload(before=before, during=during, after=after)

    def stop(self) -> None:
        self._platform.stop()

    def _produce(self, readings: int) -> None:
        plan = plans.Backlog(
            timing=plans.Timing(0, 0),
            bootstrap=self._site.kafka.url,
            topic=readings_topic(topic_prefix(self._platform.platform)),
            devices=self._devices,
            readings=1,
            records=readings,
        )
        measure(plan, self._site.layout.load)

    def _paced(self, stages: list[tuple[float, float]], patience: float = PATIENCE) -> Paced:
        return Paced(self._request(MOST_CONNECTIONS, plans.Timing(0, 0)), stages, patience)

    def _request(self, connections: int, timing: plans.Timing) -> plans.Http:
        return plans.Http(
            timing=timing,
            port=self._site.producer(self._preset, "held").port,
            path=POST_PATH,
            devices=self._devices,
            credentials=self._keys,
            connections=connections,
            expected=self._expected,
            batch=1,
        )

    def _until_caught_up(self, watcher: Watcher, rate: float) -> None:
        """Wait until the backlog was seen, and then until no more than a second's worth of live records waits."""
        self._until_lag(watcher, "the backlog is seen", lambda lag: lag > rate)
        self._until_lag(watcher, "the backlog is drained", lambda lag: lag <= rate)

    def _until_lag(self, watcher: Watcher, what: str, reached: Callable[[int], bool]) -> None:
        until = time.monotonic() + DRAIN_SECONDS
        while (sample := watcher.look()) is None or not reached(sample.lag):
            if time.monotonic() > until:
                raise MeasurementError(f"waited in vain until {what}: {sample}")
            time.sleep(FAST)

    def _until_drained(self) -> None:
        watcher = Watcher(self._platform)

        def is_empty() -> bool:
            sample = watcher.look()
            return sample is not None and sample.lag == 0

        if self.queued:
            wait_until(is_empty, what="everything is stored", timeout=DRAIN_SECONDS)


def start(platform: RunningPlatform) -> RunningPlatform:
    """Start what runs for as long as a platform does."""
    for component in platform.components:
        platform.process(component).start()
    for component in platform.components:
        platform.process(component).until_ready()
    return platform


def grow_old(site: Site, preset: str) -> Age:
    """End the consumer for good, and send until readings are refused; then start it, and send until they are not."""
    platform = start(site.platform(preset, "age", buffer={"maxBufferAge": f"{MOST_AGE:g}s"}))
    consumer = platform.process(Component.CONSUMER)
    with httpx.Client(timeout=10.0) as client:
        next(answers(client, platform))
        consumer.stop()
        begun, accepted = time.monotonic(), 1
        for answer in answers(client, platform):
            if answer.is_error:
                break
            accepted += 1
            if time.monotonic() - begun > 3 * MOST_AGE:
                raise MeasurementError(f"nothing was refused in {3 * MOST_AGE:g} s without a consumer")
        refused_at = time.monotonic() - begun
        consumer.start()
        resumed = time.monotonic()
        accepted += next(1 for again in answers(client, platform) if not again.is_error)
        recovered = time.monotonic() - resumed
    wait_until(lambda: platform.digest(PROBE_DEVICE)[0] >= accepted, what="all accepted is stored")
    stored, _ = platform.digest(PROBE_DEVICE)
    platform.stop()
    return Age(
        most_age=MOST_AGE,
        refused_at=round(refused_at, 2),
        code=str(answer.json()["code"]),
        accepted=accepted,
        stored=stored,
        recovered_seconds=round(recovered, 2),
    )


def answers(client: httpx.Client, platform: RunningPlatform) -> Iterator[httpx.Response]:
    """Send a reading after the other, and yield what is answered."""
    headers = platform.device_headers(PROBE_DEVICE)
    url = f"{platform.producer_url}{POST_PATH.format(device=PROBE_DEVICE)}"
    while True:
        reading: dict[str, Any] = {"time": format_time(time.time_ns() // 1000), "metrics": {"number": 1}}
        yield client.post(url, json=reading, headers=headers)
        time.sleep(PROBE_SECONDS)
