"""When the server of known delays answers."""

from tools.prove.generator.delays import Delays
from tools.prove.generator.server import Delayed


def test_requests_are_counted_in_the_order_in_which_they_arrive() -> None:
    delayed = Delayed(Delays(1.0, long=3.0, every=2))
    assert [delayed.due(10.0) for _ in range(4)] == [13.0, 11.0, 13.0, 11.0]
    assert len(delayed.kept.arrived) == 4


def test_nothing_is_answered_before_a_stall_ends() -> None:
    delayed = Delayed(Delays(0.5, stall=2.0, after=1))
    assert [delayed.due(now) for now in (9.8, 10.0, 11.0, 11.9, 13.0)] == [10.3, 12.0, 12.0, 12.4, 13.5]
