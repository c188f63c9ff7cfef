import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from telemetry_operator.controller.schedule import Outcome, Pace, PlatformName, Schedule

PACE = Pace(resync=300, settle=0.1, gap=1, first_backoff=1, longest_backoff=120, failed_gap=5)
ONE = PlatformName("default", "one")
TWO = PlatformName("default", "two")
DONE = Outcome()


@pytest.fixture
def schedule() -> Schedule:
    return Schedule(PACE, chance=lambda: 1.0)


def visit(schedule: Schedule, now: float, outcome: Outcome = DONE) -> None:
    platform = schedule.take(now)
    assert platform is not None
    schedule.finish(platform, outcome, now)


def test_a_change_waits_for_those_that_come_with_it(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    assert schedule.take(0.05) is None
    assert schedule.take(0.1) == ONE


def test_changes_that_never_end_do_not_put_the_visit_off(schedule: Schedule) -> None:
    for tick in range(10):
        schedule.note(ONE, tick * 0.05)
    assert schedule.take(0.5) == ONE


def test_many_changes_lead_to_one_visit(schedule: Schedule) -> None:
    for _ in range(5):
        schedule.note(ONE, 0.0)
    visit(schedule, 1.0)
    assert schedule.take(10.0) is None


def test_a_platform_is_not_visited_twice_at_once(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    schedule.take(1.0)
    schedule.note(ONE, 1.0)
    assert schedule.take(100.0) is None


def test_a_change_during_a_visit_leads_to_another(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    schedule.take(1.0)
    schedule.note(ONE, 1.5)
    schedule.finish(ONE, DONE, 2.0)
    assert schedule.next_due() == 3.0


def test_without_changes_a_platform_is_visited_again_in_the_end(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    visit(schedule, 1.0)
    assert schedule.next_due() == pytest.approx(1.0 + 300 * 1.1)


def test_a_visit_may_ask_for_the_next(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    visit(schedule, 1.0, Outcome(again=7.0))
    assert schedule.next_due() == 8.0


def test_a_failed_visit_is_tried_again_later_each_time(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    now, waits = 1.0, []
    for _ in range(9):
        schedule.take(now)
        waits.append(schedule.fail(ONE, now))
        now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120]


def test_success_forgets_the_failures_before_it(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    for now in (1.0, 10.0):
        schedule.take(now)
        schedule.fail(ONE, now)
    visit(schedule, 20.0, Outcome(again=1.0))
    schedule.take(30.0)
    assert schedule.fail(ONE, 30.0) == 1.0


def test_a_change_hastens_the_next_attempt_but_not_into_a_circle(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    now = 1.0
    for _ in range(8):
        schedule.take(now)
        now += schedule.fail(ONE, now)
    schedule.take(now)
    schedule.fail(ONE, now)
    schedule.note(ONE, now)
    assert schedule.next_due() == now + PACE.failed_gap


def test_a_platform_that_is_gone_is_forgotten(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    visit(schedule, 1.0, Outcome(gone=True))
    assert len(schedule) == 0


def test_a_platform_that_came_back_during_the_visit_that_missed_it_is_visited(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    schedule.take(1.0)
    schedule.note(ONE, 1.0)
    schedule.finish(ONE, Outcome(gone=True), 1.0)
    assert schedule.take(3.0) == ONE


def test_who_waits_the_longest_comes_first(schedule: Schedule) -> None:
    schedule.note(TWO, 0.0)
    schedule.note(ONE, 1.0)
    assert schedule.take(5.0) == TWO


def test_it_tells_how_long_a_visit_waits_and_takes(schedule: Schedule) -> None:
    schedule.note(ONE, 0.0)
    schedule.note(TWO, 0.0)
    schedule.take(1.0)
    assert schedule.waiting(10.0) == 1
    assert schedule.overdue(10.1) == pytest.approx(10.0)
    assert schedule.longest_visit(10.0) == 9.0


class ScheduleMachine(RuleBasedStateMachine):
    """Any order of changes and visits: one visit of a platform at a time, and no change is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.schedule = Schedule(PACE)
        self.under_way: set[PlatformName] = set()
        self.unseen: set[PlatformName] = set()
        """Platforms with a change that no visit has begun after."""

    @rule(name=st.sampled_from("abc"))
    def change(self, name: str) -> None:
        platform = PlatformName("n", name)
        self.schedule.note(platform, self.now)
        self.unseen.add(platform)

    @rule(seconds=st.floats(0, 400))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def begin(self) -> None:
        platform = self.schedule.take(self.now)
        if platform is not None:
            assert platform not in self.under_way
            self.under_way.add(platform)
            self.unseen.discard(platform)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), again=st.none() | st.floats(0, 1000), gone=st.booleans(), failed=st.booleans())
    def end(self, data: st.DataObject, again: float | None, gone: bool, failed: bool) -> None:
        platform = data.draw(st.sampled_from(sorted(self.under_way)))
        self.under_way.discard(platform)
        if failed:
            self.schedule.fail(platform, self.now)
        else:
            self.schedule.finish(platform, Outcome(again=again, gone=gone), self.now)

    @invariant()
    def a_change_is_visited_soon(self) -> None:
        if self.unseen - self.under_way:
            due = self.schedule.next_due()
            assert due is not None
            assert due <= self.now + PACE.failed_gap

    def teardown(self) -> None:
        later = self.now + PACE.failed_gap
        visited = set(self.under_way)
        for platform in sorted(self.under_way):
            self.schedule.finish(platform, DONE, self.now)
        while (taken := self.schedule.take(later)) is not None:
            visited.add(taken)
        assert self.unseen <= visited


TestScheduleMachine = ScheduleMachine.TestCase
