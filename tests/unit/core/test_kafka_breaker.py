from telemetry.core.kafka.breaker import PROBE_SECONDS, STALL_SECONDS, Breaker


def _failed() -> Breaker:
    breaker = Breaker()
    breaker.sent(0)
    breaker.failed()
    return breaker


def test_it_admits_everything_while_acknowledgements_come() -> None:
    breaker = Breaker()
    for second in range(10):
        assert breaker.admits(second)
        breaker.sent(second)
        breaker.acknowledged(second)


def test_nothing_waiting_is_no_stall() -> None:
    breaker = Breaker()
    breaker.sent(0)
    breaker.acknowledged(0)
    assert not breaker.stalls(1000)


def test_records_that_nobody_acknowledges_are_a_stall() -> None:
    breaker = Breaker()
    breaker.sent(0)
    assert not breaker.stalls(STALL_SECONDS)
    assert breaker.stalls(STALL_SECONDS + 0.1)


def test_one_acknowledgement_among_many_waiting_is_no_stall() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.sent(0)
    breaker.acknowledged(STALL_SECONDS)
    assert not breaker.stalls(STALL_SECONDS + 1)


def test_a_failure_opens_it() -> None:
    assert _failed().is_open


def test_while_open_one_probe_at_a_time_is_let_through() -> None:
    breaker = _failed()
    admitted = [breaker.admits(tenth / 10) for tenth in range(20)]
    assert sum(admitted) == 2 / PROBE_SECONDS


def test_an_acknowledgement_closes_it() -> None:
    breaker = _failed()
    assert breaker.admits(0)
    breaker.sent(0)
    breaker.acknowledged(0.1)
    assert all(breaker.admits(0.1) for _ in range(10))


def test_it_counts_what_is_outstanding() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.sent(0)
    breaker.acknowledged(0)
    breaker.failed()
    assert breaker.outstanding == 1
