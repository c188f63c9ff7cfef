from telemetry_operator.reconcile.plan import Cause
from telemetry_operator.reconcile.reporting.repairs import REPAIRS_OF_A_FIGHT, Repairs
from tests.unit.reconcile.visits import after, change, visit_of

PUT_BACK = visit_of(done=(change(by="kubectl-edit"),))


def repaired(times: int, *, every: float = 1) -> Repairs:
    repairs = Repairs()
    for number in range(times):
        repairs.note(PUT_BACK, after(number * every))
    return repairs


def test_an_object_that_is_put_back_again_and_again_is_a_fight() -> None:
    assert repaired(REPAIRS_OF_A_FIGHT).fights("u1") == (
        "Deployment demo-producer: spec.replicas was put back 5 times within 10 minutes, against kubectl-edit",
    )


def test_a_fight_is_told_in_the_same_words_as_long_as_it_lasts() -> None:
    assert repaired(REPAIRS_OF_A_FIGHT).fights("u1") == repaired(3 * REPAIRS_OF_A_FIGHT).fights("u1")


def test_an_accident_is_no_fight() -> None:
    assert repaired(REPAIRS_OF_A_FIGHT - 1).fights("u1") == ()
    assert repaired(3 * REPAIRS_OF_A_FIGHT, every=200).fights("u1") == ()


def test_a_fight_that_is_over_is_forgotten() -> None:
    repairs = repaired(REPAIRS_OF_A_FIGHT)
    repairs.note(visit_of(), after(700))
    assert repairs.fights("u1") == ()


def test_platforms_are_counted_apart_and_only_what_was_put_back() -> None:
    repairs = repaired(REPAIRS_OF_A_FIGHT)
    assert repairs.fights("u2") == ()
    own = Repairs()
    for number in range(9):
        own.note(visit_of(done=(change(cause=Cause.CHANGED),)), after(number))
    assert own.fights("u1") == ()
