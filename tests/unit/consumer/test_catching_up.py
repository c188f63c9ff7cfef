from uuid import uuid4

import pytest

from telemetry.consumer.catching_up import CatchUp
from telemetry.core.ports import CatchingUp

TOPIC = uuid4()


def test_nobody_is_served_before_the_log_is_open() -> None:
    with pytest.raises(CatchingUp, match="not open"):
        CatchUp().require()


def test_an_empty_log_is_caught_up_with_at_once() -> None:
    catch_up = CatchUp()
    catch_up.expect(TOPIC, {0: (5, 5), 1: (0, 0)})
    catch_up.require()


def test_progress_is_told_until_every_partition_has_reached_its_end() -> None:
    catch_up = CatchUp()
    catch_up.expect(TOPIC, {0: (10, 20), 1: (0, 10)})
    catch_up.note(TOPIC, 0, 15)
    with pytest.raises(CatchingUp, match=r"5 of 20 records are read \(25 %\)"):
        catch_up.require()
    catch_up.note(TOPIC, 0, 25)
    assert (catch_up.is_current(0), catch_up.is_current(1)) == (True, False)
    catch_up.note(TOPIC, 1, 10)
    catch_up.require()


def test_what_is_caught_up_stays_so_when_the_topic_is_made_anew() -> None:
    catch_up = CatchUp()
    catch_up.expect(TOPIC, {0: (0, 0)})
    catch_up.expect(uuid4(), {0: (0, 100)})
    catch_up.require()
    assert not catch_up.is_current(0)


def test_of_a_topic_that_is_gone_nothing_is_waited_for() -> None:
    catch_up = CatchUp()
    catch_up.expect(TOPIC, {0: (0, 100)})
    catch_up.expect(uuid4(), {0: (0, 0)})
    catch_up.require()
