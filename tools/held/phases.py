"""The phases: what a path carries, then a load that lasts, a backlog, a buffer that grows old, and too much of it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

import httpx
import msgspec
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
from tools.held.pacing import Paced
from tools.held.probing import probing
from tools.held.results import Age, Backlog, Held, Overload
from tools.held.watching import Watcher, watching

DEVICES: Final = 1000
CLOSED_CONNECTIONS: Final = (64, 256)
HELD_CONNECTIONS: Final = 512
OVERLOAD_CONNECTIONS: Final = 1500  # more than a producer lets in at once
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
    """Drives one preset's platform; `carried` is measured first: requests/s accepted, and stored in pace."""

    def __init__(self, site: Site, preset: str, lengths: Lengths) -> None:
        self._site = site
        self._preset = preset
        self._lengths = lengths
        self._platform = start(site.platform(preset, "held"))
        self._devices = name_devices(DEVICES)
        self._keys = [make_device_key(self._platform.keyring, device) for device in self._devices]

        self.carried = max(self._carried(count) for count in CLOSED_CONNECTIONS)

    @property
    def queued(self) -> bool:
        return self._platform.queued

    def _carried(self, connections: int) -> float:
        """Return the rate of a closed loop, less the time that the consumer takes for what is not stored by then."""
        timing = plans.Timing(warm=WARM_SECONDS, seconds=self._lengths.carry)
        measured = measure(self._request(connections, timing), self._site.layout.load)
        begun, loaded = time.perf_counter(), timing.warm + timing.seconds
        self._until_drained()
        late = max(time.perf_counter() - begun - USUAL_DRAIN_SECONDS, 0.0)
        return measured.rate * loaded / (loaded + late)

    def held(self) -> Held:
        rate = self.carried * self._lengths.share
        with ExitStack() as stack:
            generator = stack.enter_context(generating(self._paced([(rate, self._lengths.held)], HELD_CONNECTIONS)))
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
        with generating(self._paced([(rate, DRAIN_SECONDS)], HELD_CONNECTIONS)) as generator:
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
        paced = msgspec.structs.replace(self._paced(stages, OVERLOAD_CONNECTIONS), patience=OVERLOAD_PATIENCE)
        with generating(paced) as generator:
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
            readings=100,
            records=readings // 100,
        )
        measure(plan, self._site.layout.load)

    def _paced(self, stages: list[tuple[float, float]], connections: int) -> Paced:
        return Paced(self._request(connections, plans.Timing(0, 0)), stages)

    def _request(self, connections: int, timing: plans.Timing) -> plans.Http:
        return plans.Http(
            timing=timing,
            port=self._site.producer(self._preset, "held").port,
            path=POST_PATH,
            devices=self._devices,
            credentials=self._keys,
            connections=connections,
            expected=QUEUED if self.queued else 200,
            batch=1,
        )

    def _until_caught_up(self, watcher: Watcher, rate: float) -> None:
        until = time.monotonic() + DRAIN_SECONDS
        time.sleep(1.0)  # until the consumer has looked where its partitions end
        while (sample := watcher.look()) is None or sample.lag > rate:
            if time.monotonic() > until:
                raise MeasurementError(f"the backlog did not drain: {sample}")
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
