from tools.bench.keeping import Kept
from tools.growth.results import Growth, History, Memory, Start

HISTORY = History(readings=1, devices=1, partitions=1, fill_seconds=1.0, heap=1, indexes=1, beside=1)


def run_of(name: str, *memories: str, starts: tuple[str, ...] = (), histories: bool = False) -> Growth:
    return Growth(
        started=name,
        took_seconds=1.0,
        machine={},
        warnings=[],
        starts=[Start(preset=preset, service="producer", seconds=[1.0]) for preset in starts],
        memories=[Memory(preset=preset, service="producer", unit="readings", warm=0, looks=[]) for preset in memories],
        histories=[HISTORY] if histories else [],
    )


def test_a_run_takes_the_place_of_what_is_kept_of_its_parts_and_presets() -> None:
    first = run_of("first", "baseline", "kafka", starts=("kafka",), histories=True)
    kept = Kept([first]).with_newest(run_of("second", "kafka"))
    found = [(run.started, memory.preset) for run in kept.runs for memory in run.memories]
    assert found == [("first", "baseline"), ("second", "kafka")]
    assert kept.runs[0].starts == first.starts
    assert kept.runs[0].histories == [HISTORY]


def test_long_histories_are_replaced_as_a_whole() -> None:
    kept = Kept([run_of("first", "kafka", histories=True)]).with_newest(run_of("second", histories=True))
    assert [(run.started, bool(run.histories)) for run in kept.runs] == [("first", False), ("second", True)]


def test_a_run_of_which_nothing_is_left_is_forgotten() -> None:
    newest = run_of("second", "kafka")
    assert Kept([run_of("first", "kafka")]).with_newest(newest) == Kept([newest])
