import pytest
from tools.held import judging
from tools.held.results import Age, Freshness, Held, Overload, Sample, Second, Stage


def second_of(accepted: int, *, refused: int = 0, unsent: int = 0, p99: float = 5.0) -> Second:
    answers = {"202": accepted} | ({"503": refused} if refused else {})
    return Second(offered=accepted + refused + unsent, answers=answers, unsent=unsent, p99=p99)


def stage_of(*seconds: Second, p99: float = 5.0) -> Stage:
    return Stage(rate=100, seconds=list(seconds), p99=p99)


def held_of(*seconds: Second, lags: tuple[int, ...] = (1, 1, 1), oldest: float = 0.2, fresh: float = 0.5) -> Held:
    samples = [Sample(at=float(at), lag=lag, oldest=oldest) for at, lag in enumerate(lags)]
    return Held(stage=stage_of(*seconds), samples=samples, freshness=Freshness(seconds=[fresh]))


def test_refusals_faults_and_arrivals_never_sent_are_errors() -> None:
    assert judging.errors_of(stage_of(second_of(10, refused=2), second_of(7, unsent=3)), "202") == 5


def test_a_load_is_held_without_errors_with_a_bounded_lag_and_fresh_reads() -> None:
    assert judging.held_holds(held_of(second_of(100)), "202", queued=True)


@pytest.mark.parametrize(
    "held",
    [
        held_of(second_of(99, refused=1)),
        held_of(second_of(100), lags=(0, 100, 200)),
        held_of(second_of(100), oldest=3.0),
        held_of(second_of(100), fresh=2.5),
    ],
    ids=["an error", "a lag that grows", "a record that waits long", "a stale read"],
)
def test_a_load_is_not_held_with(held: Held) -> None:
    assert not judging.held_holds(held, "202", queued=True)


def test_what_was_never_seen_is_as_stale_as_can_be() -> None:
    assert judging.fresh(Freshness(seconds=[0.1], unseen=1)) == (float("inf"), float("inf"))


def test_direct_reads_show_a_reading_at_the_first_look() -> None:
    held = held_of(second_of(100))
    assert not judging.held_holds(held, "202", queued=False)


def age_of(*, refused_at: float = 14.0, code: str = "buffer-too-old", stored: int = 300) -> Age:
    return Age(most_age=15, refused_at=refused_at, code=code, accepted=300, stored=stored, recovered_seconds=1)


def test_refusals_of_an_old_buffer_come_in_time_or_not() -> None:
    assert judging.age_holds(age_of())
    assert not judging.age_holds(age_of(refused_at=15.5))
    assert not judging.age_holds(age_of(code="saturated"))
    assert not judging.age_holds(age_of(stored=299))


def overload_of(*after: Second, during: Second | None = None) -> Overload:
    usual = second_of(70)
    return Overload(
        before=stage_of(usual), during=stage_of(during or second_of(95, refused=205)), after=stage_of(*after)
    )


def test_recovery_is_counted_until_all_is_as_before() -> None:
    slow, usual = second_of(70, p99=900.0), [second_of(70)] * 3
    assert judging.recovery_seconds(overload_of(*usual), "202") == 0
    assert judging.recovery_seconds(overload_of(slow, second_of(60, refused=10), *usual), "202") == 2
    assert judging.recovery_seconds(overload_of(second_of(70), slow, *usual, slow), "202") == 2
    assert judging.recovery_seconds(overload_of(*usual[1:], slow, *usual[1:]), "202") is None


def test_too_much_is_borne_if_as_much_is_accepted_as_before() -> None:
    usual = [second_of(70)] * 3
    assert judging.overload_holds(overload_of(*usual), "202", carried=100)
    assert not judging.overload_holds(overload_of(*usual, during=second_of(40, refused=260)), "202", carried=100)
