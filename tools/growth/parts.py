"""The parts of a run, one after another: start-up and memory of each preset's services, then the histories."""

import time
from typing import Any, Final, NamedTuple

from rich.progress import Progress

from telemetry_contract.settings import Component
from tools.bench.site import Site
from tools.growth.asking import WARM_ROUNDS, ask_in_turn, explain
from tools.growth.history import extents, fill
from tools.growth.memory import Rounds
from tools.growth.results import History, Memory, Plan, Start
from tools.growth.starting import measure_starts

PARTS: Final = ("start", "memory", "history")
DEVICES: Final = 1000
HISTORY_PRESET: Final = "baseline"


class Sizes(NamedTuple):
    """How much is measured: starts of each service, rounds of load and seconds of each kind in one, readings."""

    parts: tuple[str, ...]
    starts: int
    rounds: int
    seconds: float
    long: int
    asked: int
    short: int = 100_000
    presets: tuple[str, ...] = ()


def measure_parts(site: Site, sizes: Sizes, progress: Progress) -> dict[str, list[Any]]:
    """Measure the parts that are asked for; the keys are those of a run."""
    found: dict[str, list[Any]] = {}
    if "start" in sizes.parts:
        found["starts"] = _starts(site, sizes, progress)
    if "memory" in sizes.parts:
        found["memories"] = _memories(site, sizes, progress)
    if "history" in sizes.parts:
        found |= _histories(site, sizes, progress)
    return found


def _starts(site: Site, sizes: Sizes, progress: Progress) -> list[Start]:
    task = progress.add_task("starting services", total=len(sizes.presets))
    found: list[Start] = []
    for preset in sizes.presets:
        platform = site.platform(preset, "start")
        found += measure_starts(platform, preset, sizes.starts)
        platform.stop()
        progress.advance(task)
    progress.remove_task(task)
    return found


def _memories(site: Site, sizes: Sizes, progress: Progress) -> list[Memory]:
    found: list[Memory] = []
    for preset in sizes.presets:
        task = progress.add_task(f"load on {preset}", total=sizes.rounds)
        platform = site.platform(preset, "memory")
        for component in platform.components:
            platform.process(component).start()
        for component in platform.components:
            platform.process(component).until_ready()
        rounds = Rounds(site, platform, preset, sizes.seconds)
        found += rounds.run(sizes.rounds, lambda task=task: progress.advance(task))  # type: ignore[misc]
        platform.stop()
        progress.remove_task(task)
    return found


def _histories(site: Site, sizes: Sizes, progress: Progress) -> dict[str, list[Any]]:
    short, long = extents(sizes.short, sizes.long, DEVICES, time.time_ns() // 1000)
    names = {"short": short, "long": long}
    histories: list[History] = []
    plans: list[Plan] = []
    for name, extent in names.items():
        task = progress.add_task(f"making {extent.readings:,} readings", total=extent.readings)
        url = str(site.platform(HISTORY_PRESET, name).endpoints.postgres_url)
        histories.append(fill(url, extent, lambda count, task=task: progress.update(task, completed=count)))  # type: ignore[misc]
        plans += explain(url, extent)
        progress.remove_task(task)
    near, far = (site.platform(HISTORY_PRESET, name) for name in names)
    for platform in (near, far):
        platform.process(Component.ANALYTICS).start().until_ready()
    task = progress.add_task("asking in turn", total=sizes.asked + WARM_ROUNDS)
    asked = ask_in_turn(near, far, short, sizes.asked, lambda: progress.advance(task))
    return {"histories": histories, "plans": plans, "asked": asked}
