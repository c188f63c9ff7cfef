from tools.bench.keeping import Kept
from tools.held.results import Outcome, Run


def run_of(started: str, **carried: float) -> Run:
    outcomes = [Outcome(preset=preset, carried=rate, carried_as="a test") for preset, rate in carried.items()]
    return Run(started=started, took_seconds=1.0, machine={}, warnings=[], outcomes=outcomes)


def test_a_run_takes_the_place_of_what_is_kept_of_its_presets() -> None:
    kept = Kept([run_of("first", baseline=1, kafka=2)]).with_newest(run_of("second", kafka=3))
    found = [(run.started, outcome.preset, outcome.carried) for run in kept.runs for outcome in run.outcomes]
    assert found == [("first", "baseline", 1), ("second", "kafka", 3)]


def test_a_run_of_which_nothing_is_left_is_forgotten() -> None:
    assert Kept([run_of("first", kafka=2)]).with_newest(run_of("second", kafka=3)) == Kept([run_of("second", kafka=3)])
